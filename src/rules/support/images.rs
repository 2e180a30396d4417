//! What is known of public images: which are servers, how they are asked whether they are ready, and which say so by
//! themselves.

use crate::parse::image::ImageRef;

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
