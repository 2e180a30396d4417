//! What is known of public images: which are servers, how they are asked whether they are ready, and which say so by
//! themselves.

use crate::parse::image::ImageRef;
use crate::parse::yaml::Node;

/// A server image.
#[derive(Debug, Clone, Copy)]
pub struct Server {
    /// The last parts of its repository's name.
    names: &'static [&'static str],
    /// A command inside the image that succeeds once the server answers; empty where the image has no client.
    pub probe: &'static str,
}

const fn server(names: &'static [&'static str], probe: &'static str) -> Server {
    Server { names, probe }
}

const SERVERS: &[Server] = &[
    server(
        &["postgres", "postgresql", "postgis", "timescaledb", "timescaledb-ha", "pgvector", "alloydbomni"],
        "pg_isready -U postgres",
    ),
    server(&["mysql", "mysql-server", "percona", "percona-server"], "mysqladmin ping --silent"),
    server(&["mariadb"], "healthcheck.sh --connect --innodb_initialized"),
    server(&["redis", "redis-stack", "redis-stack-server"], "redis-cli ping"),
    server(&["valkey"], "valkey-cli ping"),
    server(&["keydb"], "keydb-cli ping"),
    server(&["mongo", "mongodb", "mongodb-community-server"], "mongosh --quiet --eval 'db.runCommand(\"ping\").ok'"),
    server(&["rabbitmq"], "rabbitmq-diagnostics -q ping"),
    server(&["elasticsearch", "opensearch"], "curl -fsS http://localhost:9200/_cluster/health"),
    server(&["cassandra"], "cqlsh -e 'describe cluster'"),
    server(&["scylla", "scylladb"], "cqlsh -e 'describe cluster'"),
    server(&["clickhouse", "clickhouse-server"], "clickhouse-client --query 'SELECT 1'"),
    server(&["cockroach", "cockroachdb"], "curl -fsS http://localhost:8080/health?ready=1"),
    server(&["mssql", "mssql-server", "azure-sql-edge"], ""),
    server(&["oracle-free", "oracle-xe"], "healthcheck.sh"),
    server(&["memcached"], ""),
    server(&["kafka", "cp-kafka", "redpanda"], ""),
    server(&["zookeeper", "cp-zookeeper"], ""),
    server(&["nats", "nats-streaming"], ""),
    server(&["minio"], "mc ready local"),
    server(&["etcd"], "etcdctl endpoint health"),
    server(&["consul"], "consul info"),
    server(&["vault"], "vault status"),
    server(&["neo4j"], "cypher-shell 'RETURN 1'"),
    server(&["influxdb"], "influx ping"),
    server(&["couchdb"], "curl -fsS http://localhost:5984/_up"),
    server(&["keycloak"], ""),
    server(&["dynamodb-local"], ""),
    server(&["solr"], "solr status"),
    server(&["meilisearch"], "curl -fsS http://localhost:7700/health"),
    server(&["typesense"], ""),
    server(&["qdrant", "weaviate"], ""),
];

/// Images that bring a HEALTHCHECK of their own.
const SELF_CHECKED: [&str; 9] = [
    "localstack/localstack",
    "localstack/localstack-pro",
    "axllent/mailpit",
    "mysql/mysql-server",
    "mongodb/mongodb-atlas-local",
    "gvenzl/oracle-free",
    "gvenzl/oracle-xe",
    "container-registry.oracle.com/database/free",
    "dgraph/standalone",
];

/// The server that an image is, by its name.
pub fn server_of(image: &ImageRef) -> Option<&'static Server> {
    let name = image.repository.rsplit('/').next().unwrap_or_default();
    // `mcr.microsoft.com/mssql/server` and the like name the product one part earlier.
    let parent = image.repository.rsplit('/').nth(1).unwrap_or_default();
    let name = if name == "server" { parent } else { name };
    SERVERS.iter().find(|server| server.names.contains(&name))
}

/// Whether an image brings its own HEALTHCHECK.
pub fn brings_healthcheck(image: &ImageRef) -> bool {
    let full = match image.registry.as_deref() {
        Some(registry) if registry != "docker.io" => format!("{registry}/{}", image.repository),
        _ => image.repository.clone(),
    };
    SELF_CHECKED.contains(&full.as_str()) || full.starts_with("selenium/")
}

/// Images of programs alone: they hold neither a shell nor a client that a health check in the container could run, as
/// their Dockerfiles say.
const PROGRAM_ALONE: [&str; 9] = [
    "cloudflare/cloudflared",
    "hashicorp/http-echo",
    "jaegertracing/all-in-one",
    "jaegertracing/jaeger",
    "oliver006/redis_exporter",
    "otel/opentelemetry-collector",
    "otel/opentelemetry-collector-contrib",
    "otel/opentelemetry-collector-k8s",
    "traefik/whoami",
];

/// Whether an image holds nothing that a health check in its container could run.
pub fn is_program_alone(image: &ImageRef) -> bool {
    let shell = image.tag.as_deref().is_some_and(|tag| tag.contains("alpine") || tag.contains("debug"));
    let distroless = image.registry.as_deref() == Some("gcr.io") && image.repository.starts_with("distroless/");
    let name = image.repository.strip_prefix("library/").unwrap_or(&image.repository);
    (PROGRAM_ALONE.contains(&name) || distroless) && !shell
}

/// Official images: the only ones that Docker Hub gives under a name without a `/`. Any other such name is that of an
/// image that was built on the spot.
const OFFICIAL: [&str; 92] = [
    "adminer",
    "almalinux",
    "alpine",
    "amazoncorretto",
    "amazonlinux",
    "arangodb",
    "archlinux",
    "bash",
    "buildpack-deps",
    "busybox",
    "caddy",
    "cassandra",
    "centos",
    "clickhouse",
    "clojure",
    "composer",
    "consul",
    "couchbase",
    "couchdb",
    "crate",
    "dart",
    "debian",
    "docker",
    "drupal",
    "eclipse-mosquitto",
    "eclipse-temurin",
    "elasticsearch",
    "elixir",
    "erlang",
    "fedora",
    "flink",
    "fluentd",
    "gcc",
    "ghost",
    "golang",
    "gradle",
    "groovy",
    "haproxy",
    "haskell",
    "hello-world",
    "httpd",
    "ibmjava",
    "influxdb",
    "java",
    "jenkins",
    "joomla",
    "jruby",
    "julia",
    "kibana",
    "kong",
    "logstash",
    "mariadb",
    "maven",
    "memcached",
    "mongo",
    "mongo-express",
    "mysql",
    "nats",
    "neo4j",
    "nextcloud",
    "nginx",
    "node",
    "openjdk",
    "opensuse",
    "oraclelinux",
    "percona",
    "perl",
    "php",
    "phpmyadmin",
    "postgres",
    "pypy",
    "python",
    "r-base",
    "rabbitmq",
    "redis",
    "registry",
    "rockylinux",
    "ros",
    "ruby",
    "rust",
    "solr",
    "sonarqube",
    "swift",
    "tomcat",
    "traefik",
    "ubuntu",
    "valkey",
    "varnish",
    "vault",
    "wordpress",
    "yourls",
    "zookeeper",
];

/// Whether an image has a name that can be pulled: it lies in some repository, or it is a known official image.
pub fn can_be_pulled(image: &ImageRef) -> bool {
    !image.is_official() || is_known_official(image)
}

/// Whether an image is an official image that is known here.
pub fn is_known_official(image: &ImageRef) -> bool {
    let name = image.repository.strip_prefix("library/").unwrap_or(&image.repository);
    image.is_official() && OFFICIAL.contains(&name)
}

/// Whether the image's publisher gives no tags that name a version, so that only a digest can pin it.
pub fn has_no_versions(image: &ImageRef) -> bool {
    let publishers = [("gcr.io", "distroless/"), ("cgr.dev", "chainguard/")];
    publishers
        .iter()
        .any(|(host, start)| image.registry.as_deref() == Some(host) && image.repository.starts_with(start))
}

/// The image that a node names, with the defaults of variables; `None` when its name is not known. See [`resolve`].
pub fn image_of(node: Node<'_>) -> Option<ImageRef> {
    resolve(node.text()?)
}

/// The image that a text names, `${VAR:-default}` and `${VAR-default}` being the default. A variable without a default
/// and an expression make a name unknown (`None`); in the tag they leave the tag [`UNKNOWN`].
pub fn resolve(text: &str) -> Option<ImageRef> {
    ImageRef::parse(&with_defaults(text.trim())?)
}

/// Stands in a tag for what is not known of it.
pub const UNKNOWN: &str = "__unknown__";

fn with_defaults(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (default, tail) = if let Some(inner) = after.strip_prefix("{{") {
            (None, inner.split_once("}}")?.1)
        } else if let Some(inner) = after.strip_prefix('{') {
            let (variable, tail) = inner.split_once('}')?;
            let operator = variable.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
            let default = operator.strip_prefix(":-").or_else(|| operator.strip_prefix('-'));
            (default.filter(|d| !d.is_empty() && !d.contains('$')), tail)
        } else {
            (None, after.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_'))
        };
        let in_tag = out.rsplit('/').next().is_some_and(|last| last.contains(':') && !last.contains('@'));
        match default {
            Some(default) => out.push_str(default),
            None if in_tag => out.push_str(UNKNOWN),
            None => return None,
        }
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::with_defaults;

    #[test]
    fn defaults_of_variables_are_the_value_and_unknown_tags_stay_unknown() {
        for (text, expected) in [
            ("postgres:16", Some("postgres:16")),
            ("${DB:-postgres}:${V:-16}", Some("postgres:16")),
            ("${DB-postgres}:${V:?say one}", Some("postgres:__unknown__")),
            ("postgres:$V-alpine", Some("postgres:__unknown__-alpine")),
            ("postgres:${{ matrix.v }}", Some("postgres:__unknown__")),
            ("localhost:5000/app${TAG}", None),
            ("app@${DIGEST}", None),
            ("ghcr.io/${{ github.repository }}:1", None),
            ("${IMAGE:?set-it}", None),
            ("${IMAGE}", None),
            ("$IMAGE:1", None),
            ("${IMAGE", None),
        ] {
            assert_eq!(with_defaults(text).as_deref(), expected, "{text}");
        }
    }
}
