//! A MariaDB server of our own: its folder, its socket, its process, ended when this program ends, however that happens.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use ddns::secret::Secret;
use ddns_service::config::{Database, SslMode};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, MySqlConnection};

use crate::bed;

/// The shell waits for its input to end, which it does when this program is gone, and ends the server then.
const KEEPER: &str = r#"folder=$1; shift; "$@" & server=$!; echo $server > "$folder/pid"; read -r how; kill -9 $server; wait $server; \
[ "$how" = keep ] || rm -rf "$folder""#;

pub(crate) struct Server {
    folder: PathBuf,
    keeper: Option<Child>,
    options: Vec<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop("end");
    }
}

impl Server {
    /// The one that most tests share, each with a database of its own.
    pub(crate) fn shared() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(|| Self::start(&[]))
    }

    pub(crate) fn start(options: &[&str]) -> Self {
        let folder = bed::folder();
        let done = Command::new("mariadb-install-db")
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root"])
            .args(["--innodb-log-file-size=16M", "--innodb-buffer-pool-size=32M"])
            .arg(format!("--datadir={}", folder.join("data").display()))
            .output()
            .expect("mariadb-install-db is missing: install the package mariadb-server");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let mut server =
            Self { folder, keeper: None, options: options.iter().map(|option| (*option).to_owned()).collect() };
        server.run();
        server
    }

    pub(crate) fn run(&mut self) {
        let folder = self.folder.display();
        let log = std::fs::File::create(self.folder.join("log")).unwrap();
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(&self.folder)
            .args(["mariadbd", "--no-defaults", "--user=root", "--max-connections=300"])
            .args(["--innodb-log-file-size=16M", "--innodb-buffer-pool-size=64M", "--innodb-fast-shutdown=2"])
            .args([format!("--datadir={folder}/data"), format!("--socket={folder}/socket")])
            .args([format!("--pid-file={folder}/server.pid"), format!("--tmpdir={folder}")])
            .args(if self.options.is_empty() { vec!["--skip-networking".to_owned()] } else { self.options.clone() })
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.keeper = Some(keeper);
        let begun = Instant::now();
        while std::os::unix::net::UnixStream::connect(self.socket()).is_err() {
            assert!(begun.elapsed() < Duration::from_mins(1), "mariadbd does not come up: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Kills it as a power cut would; `keep` leaves the folder for another [`Self::run`].
    pub(crate) fn stop(&mut self, how: &str) {
        if let Some(mut keeper) = self.keeper.take() {
            let _ = keeper.stdin.take().unwrap().write_all(format!("{how}\n").as_bytes());
            let _ = keeper.wait();
        }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join("socket")
    }

    pub(crate) async fn root(&self, database: &str) -> MySqlConnection {
        root(&self.socket(), database).await
    }

    /// A new, empty database.
    pub(crate) async fn database(&self) -> Database {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("ddns{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut root = self.root("mysql").await;
        for sql in [
            format!("CREATE DATABASE {name} CHARACTER SET latin1"),
            format!("CREATE USER {name}@localhost IDENTIFIED BY 'pass word {name}'"),
            format!("GRANT ALL ON {name}.* TO {name}@localhost"),
        ] {
            root.execute(AssertSqlSafe(sql)).await.unwrap();
        }
        Database::Mariadb {
            host: self.socket().display().to_string(),
            port: 3306,
            name: name.clone(),
            user: name.clone(),
            password: Secret::new(format!("pass word {name}")),
            ssl_mode: SslMode::Preferred,
            ssl_ca: None,
            pool_size: 5,
        }
    }
}

pub(crate) async fn root(socket: &Path, database: &str) -> MySqlConnection {
    MySqlConnectOptions::new().socket(socket).username("root").database(database).connect().await.unwrap()
}
