//! Which jobs deploy, and with what.

use crate::evidence::{Evidence, JobRef};
use crate::input::Origin;
use crate::parse::shell::Command;
use crate::parse::workflow::{Job, Step, Uses};
use crate::rules::support::words::words;

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

/// How a job deploys, if it does: by a command or an action whose purpose that is.
pub fn deploys(job: JobRef<'_>) -> Option<String> {
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

/// The workflow of the tree, and its job, that first brings a service to where it runs: by what it does, or by the name of
/// the job or the workflow. Documentation, sites of projects and packages have no users to be taken back for.
pub fn deploying_job<'e>(evidence: &'e Evidence<'e>) -> Option<JobRef<'e>> {
    let in_tree =
        |job: &JobRef<'_>| job.file.source.origin == Origin::Tree && job.file.folder().ends_with(".github/workflows");
    evidence.jobs().filter(in_tree).find(|job| {
        let stem = job.file.name().split('.').next().unwrap_or_default();
        let names = [job.job.id, stem].map(words);
        let any = |known: &[&str]| names.iter().flatten().any(|word| known.contains(&word.as_str()));
        if any(&NO_SERVICE) || job.job.steps.iter().any(publishes_pages) {
            return false;
        }
        let is_called = any(&["deploy", "deploys", "deployment", "redeploy"]);
        (is_called && does_something(job.job)) || deploys(*job).is_some()
    })
}

/// Whether a job that is called after deploying can do so: it runs something of its own, or hands over to what is called
/// the same. Jobs that were copied keep their names.
fn does_something(job: &Job<'_>) -> bool {
    let named =
        |uses: &Uses<'_>| uses.action().is_some_and(|action| words(&action).iter().any(|word| word == "deploy"));
    let runs = |step: &Step<'_>| step.run.is_some() || step.uses.as_ref().is_some_and(named);
    job.uses.is_some() || job.node.get("environment").is_some() || job.steps.iter().any(runs)
}

/// Words of jobs and workflows that deploy no service.
const NO_SERVICE: [&str; 18] = [
    "book",
    "demo",
    "doc",
    "docs",
    "documentation",
    "e2e",
    "example",
    "examples",
    "gh",
    "maven",
    "nightly",
    "pages",
    "preview",
    "site",
    "storybook",
    "test",
    "tests",
    "website",
];

fn publishes_pages(step: &Step<'_>) -> bool {
    let action = step.uses.as_ref().and_then(Uses::action);
    action.is_some_and(|action| action.split(['/', '-']).any(|part| part == "pages"))
}
