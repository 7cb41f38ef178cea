/** redis and postgres images. @see https://github.com/docker-library/redis, https://github.com/docker-library/postgres */
import { VERSIONS } from "../programs/index.ts";
import type { CatalogueImage } from "./catalogue-image.ts";
import { DEBIAN_GROUP, DEBIAN_PASSWD, DEBIAN_PATH, debianLayer, debianSteps } from "./debian.ts";
import { imageOf, instruction } from "./image-of.ts";
import { RootFs } from "./root-fs.ts";

/** Options and configuration files are for redis-server, which does not run as root. */
const REDIS_ENTRYPOINT = `#!/bin/sh
set -e

if [ "\${1#-}" != "$1" ] || [ "\${1%.conf}" != "$1" ]; then
	set -- redis-server "$@"
fi

if [ "$1" = 'redis-server' ] && [ "$(id -u)" = '0' ]; then
	chown -R redis .
	exec gosu redis "$0" "$@"
fi

exec "$@"
`;

export function redis(): CatalogueImage {
  const users = new RootFs(debianLayer("bookworm"));
  users
    .file("etc/passwd", `${DEBIAN_PASSWD}redis:x:999:999::/home/redis:/bin/sh\n`)
    .file("etc/group", `${DEBIAN_GROUP}redis:x:999:\n`);
  const tools = new RootFs(users).program("usr/local/bin/gosu", "gosu");
  const server = new RootFs(tools);
  for (const name of ["redis-server", "redis-cli"]) server.program(`usr/local/bin/${name}`, name);
  const data = new RootFs(server).dir("data", { uid: 999, gid: 999 });
  const entry = new RootFs(data).script("usr/local/bin/docker-entrypoint.sh", REDIS_ENTRYPOINT);
  return imageOf(
    {
      ExposedPorts: { "6379/tcp": {} },
      Env: [
        DEBIAN_PATH,
        "GOSU_VERSION=1.17",
        `REDIS_VERSION=${VERSIONS.redis}`,
        `REDIS_DOWNLOAD_URL=http://download.redis.io/releases/redis-${VERSIONS.redis}.tar.gz`,
      ],
      Cmd: ["redis-server"],
      Entrypoint: ["docker-entrypoint.sh"],
      Volumes: { "/data": {} },
      WorkingDir: "/data",
    },
    [
      ...debianSteps("bookworm"),
      {
        ...instruction(
          "RUN /bin/sh -c set -eux; groupadd -r -g 999 redis; useradd -r -g redis -u 999 redis # buildkit",
        ),
        layer: users,
      },
      instruction("ENV GOSU_VERSION=1.17"),
      { ...instruction("RUN /bin/sh -c set -eux; install gosu # buildkit"), layer: tools },
      instruction(`ENV REDIS_VERSION=${VERSIONS.redis}`),
      { ...instruction("RUN /bin/sh -c set -eux; build and install redis # buildkit"), layer: server },
      { ...instruction("RUN /bin/sh -c mkdir /data && chown redis:redis /data # buildkit"), layer: data },
      instruction("VOLUME [/data]"),
      instruction("WORKDIR /data"),
      { ...instruction("COPY docker-entrypoint.sh /usr/local/bin/ # buildkit"), layer: entry },
      instruction('ENTRYPOINT ["docker-entrypoint.sh"]'),
      instruction("EXPOSE map[6379/tcp:{}]"),
      instruction('CMD ["redis-server"]'),
    ],
  );
}

/** Makes the data directory at the first start, with a server that only listens locally, and becomes the server. */
const POSTGRES_ENTRYPOINT = `#!/usr/bin/env bash
set -eo pipefail

# A value, or the contents of the file that NAME_FILE names.
from_file() {
	eval "value=\\\${$1:-}"
	eval "file=\\\${$1_FILE:-}"
	if [ -n "$value" ] && [ -n "$file" ]; then
		printf >&2 'error: both %s and %s_FILE are set (but are exclusive)\\n' "$1" "$1"
		exit 1
	fi
	if [ -n "$file" ]; then value="$(cat "$file")"; fi
	if [ -n "\${value:-$2}" ]; then export "$1=\${value:-$2}"; fi
}

complain_of_password() {
	cat >&2 <<-'EOE'
		Error: Database is uninitialized and superuser password is not specified.
		       You must specify POSTGRES_PASSWORD to a non-empty value for the
		       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

		       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
		       connections without a password. This is *not* recommended.

		       See PostgreSQL documentation about "trust":
		       https://www.postgresql.org/docs/current/auth-trust.html
	EOE
	exit 1
}

run_init_files() {
	printf '\\n'
	for file; do
		case "$file" in
			*.sh)
				if [ -x "$file" ]; then
					printf '%s: running %s\\n' "$0" "$file"
					"$file"
				else
					printf '%s: sourcing %s\\n' "$0" "$file"
					. "$file"
				fi
				;;
			*.sql) printf '%s: running %s\\n' "$0" "$file"; ask -f "$file"; printf '\\n' ;;
			*) printf '%s: ignoring %s\\n' "$0" "$file" ;;
		esac
		printf '\\n'
	done
}

ask() {
	psql --username "$POSTGRES_USER" --dbname "\${database:-$POSTGRES_DB}" "$@"
}

initialize() {
	secret=$(mktemp)
	printf '%s\\n' "$POSTGRES_PASSWORD" > "$secret"
	initdb --username="$POSTGRES_USER" --pwfile="$secret" -D "$PGDATA"
	rm -f "$secret"
	pg_ctl -D "$PGDATA" -o "-c listen_addresses=" -w start
	if [ "$POSTGRES_DB" != postgres ]; then
		database=postgres ask -c "CREATE DATABASE \\"$POSTGRES_DB\\""
		printf '\\n'
	fi
	run_init_files /docker-entrypoint-initdb.d/*
	pg_ctl -D "$PGDATA" -m fast -w stop
	cat <<-'EOM'

		PostgreSQL init process complete; ready for start up.

	EOM
}

if [ "\${1#-}" != "$1" ]; then set -- postgres "$@"; fi

if [ "$1" = postgres ]; then
	from_file POSTGRES_PASSWORD
	from_file POSTGRES_USER postgres
	from_file POSTGRES_DB "$POSTGRES_USER"
	mkdir -p "$PGDATA" /var/run/postgresql
	chmod 00700 "$PGDATA" || :
	if [ "$(id -u)" = 0 ]; then
		chown -R postgres "$PGDATA" /var/run/postgresql
		exec gosu postgres "$0" "$@"
	fi
	if [ -s "$PGDATA/PG_VERSION" ]; then
		printf '\\nPostgreSQL Database directory appears to contain a database; Skipping initialization\\n\\n'
	else
		if [ -z "$POSTGRES_PASSWORD" ] && [ "\${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then complain_of_password; fi
		initialize
	fi
fi

exec "$@"
`;

export function postgres(): CatalogueImage {
  const users = new RootFs(debianLayer("bookworm"));
  users.file("etc/passwd", `${DEBIAN_PASSWD}postgres:x:999:999::/var/lib/postgresql:/bin/bash\n`);
  users.file("etc/group", `${DEBIAN_GROUP}postgres:x:999:\n`).dir("var/lib/postgresql", { uid: 999, gid: 999 });
  const tools = new RootFs(users).program("usr/local/bin/gosu", "gosu").dir("docker-entrypoint-initdb.d");
  const server = new RootFs(tools);
  const bin = "usr/lib/postgresql/17/bin";
  for (const name of ["postgres", "initdb", "pg_ctl", "psql", "pg_isready"]) server.program(`${bin}/${name}`, name);
  for (const name of ["psql", "pg_isready"]) server.program(`usr/bin/${name}`, name);
  const data = new RootFs(server).dir("var/run/postgresql", { mode: 0o3777, uid: 999, gid: 999 });
  data.dir("var/lib/postgresql/data", { mode: 0o1777, uid: 999, gid: 999 });
  const entry = new RootFs(data).script("usr/local/bin/docker-entrypoint.sh", POSTGRES_ENTRYPOINT);
  return imageOf(
    {
      ExposedPorts: { "5432/tcp": {} },
      Env: [
        `${DEBIAN_PATH}:/usr/lib/postgresql/17/bin`,
        "GOSU_VERSION=1.17",
        "LANG=en_US.utf8",
        "PG_MAJOR=17",
        `PG_VERSION=${VERSIONS.postgres}-1.pgdg120+1`,
        "PGDATA=/var/lib/postgresql/data",
      ],
      Cmd: ["postgres"],
      Entrypoint: ["docker-entrypoint.sh"],
      Volumes: { "/var/lib/postgresql/data": {} },
      WorkingDir: "/",
      StopSignal: "SIGINT",
    },
    [
      ...debianSteps("bookworm"),
      {
        ...instruction(
          "RUN /bin/sh -c set -eux; groupadd -r postgres --gid=999; useradd -r -g postgres --uid=999 postgres # buildkit",
        ),
        layer: users,
      },
      instruction("ENV GOSU_VERSION=1.17"),
      {
        ...instruction("RUN /bin/sh -c set -eux; install gosu; mkdir /docker-entrypoint-initdb.d # buildkit"),
        layer: tools,
      },
      instruction("ENV LANG=en_US.utf8"),
      instruction("ENV PG_MAJOR=17"),
      { ...instruction("RUN /bin/sh -c set -ex; install postgresql-17 # buildkit"), layer: server },
      instruction("ENV PGDATA=/var/lib/postgresql/data"),
      {
        ...instruction(
          'RUN /bin/sh -c install --verbose --directory --owner postgres --group postgres --mode 1777 "$PGDATA" # buildkit',
        ),
        layer: data,
      },
      instruction("VOLUME [/var/lib/postgresql/data]"),
      { ...instruction("COPY docker-entrypoint.sh /usr/local/bin/ # buildkit"), layer: entry },
      instruction('ENTRYPOINT ["docker-entrypoint.sh"]'),
      instruction("STOPSIGNAL SIGINT"),
      instruction("EXPOSE map[5432/tcp:{}]"),
      instruction('CMD ["postgres"]'),
    ],
  );
}
