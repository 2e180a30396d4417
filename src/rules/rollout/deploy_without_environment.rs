//! The rule `deploy-without-environment`.

use crate::evidence::Evidence;
use crate::parse::yaml::Node;
use crate::rules::support::deploys::deploys;
use crate::rules::support::words::count;
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
