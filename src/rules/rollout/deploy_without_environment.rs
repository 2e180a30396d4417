//! The rule `deploy-without-environment`.

use crate::evidence::{Evidence, JobRef};
use crate::parse::shell::Command;
use crate::parse::workflow::{Step, Uses};
use crate::parse::yaml::Node;
use crate::rules::support::words::{count, words};
use crate::rules::{NoParams, Sink, Spot, rule};

rule! {
    /// # What it checks
    ///
    /// A job that deploys names an `environment`. Deploying is told by commands (`kubectl apply`, `helm upgrade`,
    /// `terraform apply`, `aws ecs update-service`, `gcloud run deploy`, `flyctl deploy`, `wrangler deploy` and the like)
    /// and by actions (`google-github-actions/deploy-cloudrun`, `azure/webapps-deploy`, `actions/deploy-pages` and the
    /// like).
    ///
    /// Not judged: dry runs; clusters that the job itself starts (kind, minikube, k3d); jobs
    /// that say by their id that they test or preview; jobs that call a reusable workflow,
    /// which is judged where it stands.
    ///
    /// # Why it matters
    ///
    /// Without an environment there are no reviewers, no secrets of its own, and no list of what was deployed when.
    ///
    /// # Example
    ///
    /// ```yaml .github/workflows/deploy.yml
    /// on: { push: { branches: [main] } }
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     steps:
    ///       - run: kubectl apply -f k8s/
    /// ```
    ///
    /// # Instead
    ///
    /// ```yaml .github/workflows/deploy.yml
    /// on: { push: { branches: [main] } }
    /// jobs:
    ///   deploy:
    ///     runs-on: ubuntu-24.04
    ///     environment: production
    ///     steps:
    ///       - run: kubectl apply -f k8s/
    /// ```
    ///
    /// # Options
    ///
    /// None.
    ///
    /// # When to waive
    ///
    /// What is deployed is thrown away again, as the preview of a pull request is.
    pub struct DeployWithoutEnvironment;
    id: "deploy-without-environment",
    family: Rollout,
    level: Warning,
    since: "0.1.0",
    params: NoParams,
    check: check,
}

const WHY: &str =
    "Without an environment there are no reviewers, no secrets of its own, and no list of what was deployed when.";

const FIX: &str = "Name where the job deploys to, and set up reviewers and secrets for that environment:\n\n    environment: \
                   production\n";

/// Actions that do nothing but deploy.
const ACTIONS: [&str; 21] = [
    "actions/deploy-pages",
    "akhileshns/heroku-deploy",
    "amondnet/vercel-action",
    "aws-actions/amazon-ecs-deploy-task-definition",
    "aws-actions/aws-cloudformation-github-deploy",
    "azure/aks-deploy",
    "azure/container-apps-deploy-action",
    "azure/functions-action",
    "azure/k8s-deploy",
    "azure/static-web-apps-deploy",
    "azure/webapps-deploy",
    "cloudflare/pages-action",
    "digitalocean/app_action/deploy",
    "einaregilsson/beanstalk-deploy",
    "firebaseextended/action-hosting-deploy",
    "google-github-actions/deploy-appengine",
    "google-github-actions/deploy-cloud-functions",
    "google-github-actions/deploy-cloudrun",
    "netlify/actions/cli",
    "nwtgck/actions-netlify",
    "serverless/github-action",
];

/// Programs and actions that start a cluster for the job alone.
const LOCAL_CLUSTERS: [&str; 8] = ["kind", "minikube", "k3d", "k3s", "microk8s", "localstack", "act", "colima"];

fn check(evidence: &Evidence<'_>, _: &NoParams, sink: &mut Sink<'_>) {
    let mut spots = Vec::new();
    let mut deploying = 0;
    for job in evidence.jobs() {
        let Some(how) = deploys(job) else { continue };
        deploying += 1;
        if job.job.node.get("environment").is_none_or(Node::is_null) {
            spots.push(Spot {
                file: job.file,
                span: job.job.key.span(),
                path: job.job.node.path(),
                message: format!("job `{}` deploys (`{how}`) and names no `environment`", job.job.id),
                detail: String::new(),
                edits: Vec::new(),
            });
        }
    }
    sink.subjects(deploying);
    sink.fact(format!("{}, {} with an environment", count(deploying, "deploying job"), deploying - spots.len()));
    sink.once_a_file(
        spots,
        WHY,
        |group| {
            let first = group.first().map_or("", |spot| spot.message.as_str());
            format!("{} jobs deploy without an environment; the first: {first}", group.len())
        },
        |_| FIX.to_owned(),
    );
}

/// How a job deploys, if it does.
fn deploys(job: JobRef<'_>) -> Option<String> {
    let steps = &job.job.steps;
    if words(job.job.id)
        .iter()
        .any(|word| matches!(word.as_str(), "test" | "tests" | "e2e" | "integration" | "preview"))
    {
        return None;
    }
    if steps.iter().any(starts_cluster) {
        return None;
    }
    steps.iter().find_map(|step| {
        let action = step.uses.as_ref().and_then(Uses::action);
        if let Some(action) = action.filter(|action| ACTIONS.contains(&action.as_str())) {
            return Some(action);
        }
        step.run.as_ref()?.script.commands.iter().find_map(deploy_command)
    })
}

fn starts_cluster(step: &Step<'_>) -> bool {
    let names_one = |text: &str| text.split(['/', '-', '_', '@']).any(|part| LOCAL_CLUSTERS.contains(&part));
    let action = step.uses.as_ref().and_then(Uses::action);
    let mut commands = step.run.iter().flat_map(|run| &run.script.commands);
    action.is_some_and(|action| names_one(&action))
        || commands.any(|c| c.name().is_some_and(|n| LOCAL_CLUSTERS.contains(&n)))
}

fn deploy_command(command: &Command) -> Option<String> {
    let name = command.name()?;
    let args: Vec<&str> = command.args().iter().map(|word| word.text.as_str()).collect();
    if args.iter().any(|arg| arg.starts_with("--dry-run") || matches!(*arg, "--help" | "--version" | "--noop")) {
        return None;
    }
    let mut operands = args.iter().copied().filter(|arg| !arg.starts_with('-'));
    let (first, second, third) =
        (operands.next().unwrap_or_default(), operands.next().unwrap_or_default(), operands.next().unwrap_or_default());
    let deploys = match name {
        "kubectl" | "oc" => {
            matches!((first, second), ("apply" | "replace", _) | ("set", "image") | ("rollout", "restart"))
        }
        "helm" | "helmfile" => matches!(first, "upgrade" | "install" | "sync" | "apply"),
        "terraform" | "tofu" | "terragrunt" => first == "apply",
        "pulumi" => first == "up",
        "cdk" | "serverless" | "sls" | "sam" | "wrangler" | "fly" | "flyctl" | "firebase" | "copilot" | "railway" => {
            first == "deploy"
        }
        "vercel" => first == "deploy" || args.contains(&"--prod"),
        "netlify" => first == "deploy" && args.contains(&"--prod"),
        "heroku" => first == "container:release",
        "eb" => first == "deploy",
        "aws" => matches!(
            (first, second),
            ("ecs", "update-service")
                | ("lambda", "update-function-code")
                | ("deploy", "create-deployment")
                | ("cloudformation", "deploy")
                | ("elasticbeanstalk", "update-environment")
        ),
        "gcloud" => {
            matches!((first, second), ("run" | "functions" | "app", "deploy"))
                || (matches!(first, "beta" | "alpha") && third == "deploy")
        }
        "az" => matches!(
            (first, second, third),
            ("webapp" | "functionapp" | "containerapp", "up" | "update", _) | ("webapp", "deploy", _)
        ),
        "docker" => (first, second) == ("stack", "deploy"),
        "npx" | "bunx" => matches!((first, second), ("wrangler" | "cdk" | "serverless" | "sls" | "vercel", "deploy")),
        _ => false,
    };
    deploys.then(|| {
        [name, first, second]
            .into_iter()
            .filter(|word| !word.is_empty() && !word.contains(['/', '$']))
            .collect::<Vec<_>>()
            .join(" ")
    })
}
