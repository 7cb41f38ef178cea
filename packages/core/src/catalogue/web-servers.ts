/** httpd and nginx images. @see https://github.com/docker-library/httpd, https://github.com/nginxinc/docker-nginx */
import { VERSIONS } from "../programs/index.ts";
import type { CatalogueImage } from "./catalogue-image.ts";
import { DEBIAN_GROUP, DEBIAN_PASSWD, DEBIAN_PATH, debianLayer, debianSteps } from "./debian.ts";
import { imageOf, instruction } from "./image-of.ts";
import { RootFs } from "./root-fs.ts";

const HTTPD_CONF = `ServerRoot "/usr/local/apache2"

Listen 80

User www-data
Group www-data

ServerAdmin you@example.com

#ServerName www.example.com:80

DocumentRoot "/usr/local/apache2/htdocs"
<Directory "/usr/local/apache2/htdocs">
    Options Indexes FollowSymLinks
    AllowOverride None
    Require all granted
</Directory>

DirectoryIndex index.html

ErrorLog /proc/self/fd/2
LogLevel warn
CustomLog /proc/self/fd/1 common
`;

const HTTPD_FOREGROUND = `#!/bin/sh
set -e

# Apache is confused by pid files of an earlier life.
rm -f /usr/local/apache2/logs/httpd.pid

exec httpd -DFOREGROUND "$@"
`;

export function httpd(): CatalogueImage {
  const prefix = "usr/local/apache2";
  const root = new RootFs(debianLayer("bookworm"));
  root.dirs(`${prefix}/logs`, `${prefix}/cgi-bin`, `${prefix}/conf/extra`, `${prefix}/modules`);
  root.dir(`${prefix}/htdocs`, { uid: 33, gid: 33 });
  root.program(`${prefix}/bin/httpd`, "apache").file(`${prefix}/conf/httpd.conf`, HTTPD_CONF);
  root.file(`${prefix}/htdocs/index.html`, "<html><body><h1>It works!</h1></body></html>\n");
  const start = new RootFs(root).script("usr/local/bin/httpd-foreground", HTTPD_FOREGROUND);
  const path = `PATH=/usr/local/apache2/bin:${DEBIAN_PATH.slice("PATH=".length)}`;
  return imageOf(
    {
      ExposedPorts: { "80/tcp": {} },
      Env: [path, "HTTPD_PREFIX=/usr/local/apache2", `HTTPD_VERSION=${VERSIONS.httpd}`, "HTTPD_PATCHES="],
      Cmd: ["httpd-foreground"],
      WorkingDir: "/usr/local/apache2",
      StopSignal: "SIGWINCH",
    },
    [
      ...debianSteps("bookworm"),
      instruction("ENV HTTPD_PREFIX=/usr/local/apache2"),
      instruction(`ENV ${path}`),
      instruction("WORKDIR /usr/local/apache2"),
      instruction(`ENV HTTPD_VERSION=${VERSIONS.httpd}`),
      { ...instruction("RUN /bin/sh -c set -eux; build and install httpd # buildkit"), layer: root },
      instruction("STOPSIGNAL SIGWINCH"),
      { ...instruction("COPY httpd-foreground /usr/local/bin/ # buildkit"), layer: start },
      instruction("EXPOSE map[80/tcp:{}]"),
      instruction('CMD ["httpd-foreground"]'),
    ],
  );
}

const NGINX_CONF = `
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /var/run/nginx.pid;


events {
    worker_connections  1024;
}


http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    sendfile        on;

    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
`;

const DEFAULT_CONF = `server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
`;

const WELCOME = `<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
`;

/** Runs what is in /docker-entrypoint.d before nginx, and says so. */
const NGINX_ENTRYPOINT = `#!/bin/sh
set -e

say() {
    if [ -z "\${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ]; then echo "$0: $@"; fi
}

if [ "$1" = "nginx" ] || [ "$1" = "nginx-debug" ]; then
    if [ -n "$(ls /docker-entrypoint.d 2>/dev/null)" ]; then
        say "/docker-entrypoint.d/ is not empty, will attempt to perform configuration"
        say "Looking for shell scripts in /docker-entrypoint.d/"
        for file in $(find /docker-entrypoint.d -follow -type f | sort); do
            case "$file" in
                *.envsh)
                    if [ -x "$file" ]; then
                        say "Sourcing $file"
                        . "$file"
                    else
                        say "Ignoring $file, not executable"
                    fi
                    ;;
                *.sh)
                    if [ -x "$file" ]; then
                        say "Launching $file"
                        "$file"
                    else
                        say "Ignoring $file, not executable"
                    fi
                    ;;
                *) say "Ignoring $file" ;;
            esac
        done
        say "Configuration complete; ready for start up"
    else
        say "No files found in /docker-entrypoint.d/, skipping configuration"
    fi
fi

exec "$@"
`;

const LISTEN_IPV6 = `#!/bin/sh
set -e
me=$(basename "$0")
file=/etc/nginx/conf.d/default.conf
if [ ! -f "$file" ]; then
    echo "$me: info: $file is not a file or does not exist"
    exit 0
fi
if ! touch "$file" 2>/dev/null; then
    echo "$me: info: can not modify $file (read-only file system?)"
    exit 0
fi
if grep -q "listen  \\[::]:80;" "$file"; then
    echo "$me: info: IPv6 listen already enabled"
    exit 0
fi
echo "$me: info: Getting the checksum of $file"
sed -i -e 's,listen       80;,listen       80;\\n    listen  [::]:80;,' "$file"
echo "$me: info: Enabled listen on IPv6 in $file"
`;

const ENVSUBST = `#!/bin/sh
set -e
me=$(basename "$0")
templates="\${NGINX_ENVSUBST_TEMPLATE_DIR:-/etc/nginx/templates}"
output="\${NGINX_ENVSUBST_OUTPUT_DIR:-/etc/nginx/conf.d}"
[ -d "$templates" ] || exit 0
for template in "$templates"/*.template; do
    [ -f "$template" ] || continue
    target="$output/$(basename "$template" .template)"
    echo "$me: Running envsubst on $template to $target"
    script=""
    for name in $(env | cut -d= -f1); do
        eval "value=\\\${$name}"
        script="$script;s|[$]{$name}|$value|g;s|[$]$name\\b|$value|g"
    done
    sed "\${script#;}" "$template" > "$target"
done
`;

export function nginx(): CatalogueImage {
  const root = new RootFs(debianLayer("bookworm"));
  root.program("usr/sbin/nginx", "nginx").dirs("var/cache/nginx", "usr/lib/nginx/modules", "docker-entrypoint.d");
  root.file("etc/passwd", `${DEBIAN_PASSWD}nginx:x:101:101:nginx user:/nonexistent:/bin/false\n`);
  root.file("etc/group", `${DEBIAN_GROUP}nginx:x:101:\n`);
  root.file("etc/nginx/nginx.conf", NGINX_CONF).file("etc/nginx/conf.d/default.conf", DEFAULT_CONF);
  root.file(
    "etc/nginx/mime.types",
    "\ntypes {\n    text/html                                        html htm shtml;\n    text/css                                         css;\n}\n",
  );
  root.file("usr/share/nginx/html/index.html", WELCOME);
  root.file(
    "usr/share/nginx/html/50x.html",
    "<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n<body>\n<h1>An error occurred.</h1>\n</body>\n</html>\n",
  );
  root.link("var/log/nginx/access.log", "/dev/stdout").link("var/log/nginx/error.log", "/dev/stderr");
  const scripts = [
    ["docker-entrypoint.sh", NGINX_ENTRYPOINT],
    ["docker-entrypoint.d/10-listen-on-ipv6-by-default.sh", LISTEN_IPV6],
    ["docker-entrypoint.d/15-local-resolvers.envsh", "#!/bin/sh\n# Resolvers are told only to those who ask.\n"],
    ["docker-entrypoint.d/20-envsubst-on-templates.sh", ENVSUBST],
    ["docker-entrypoint.d/30-tune-worker-processes.sh", "#!/bin/sh\n# There is one worker whatever the machine.\n"],
  ] as const;
  let below = root;
  const copies = scripts.map(([path, text]) => {
    below = new RootFs(below).script(path, text);
    const to = path.includes("/") ? "/docker-entrypoint.d" : "/";
    return { ...instruction(`COPY ${path.split("/").at(-1)} ${to} # buildkit`), layer: below };
  });
  return imageOf(
    {
      ExposedPorts: { "80/tcp": {} },
      Env: [
        DEBIAN_PATH,
        `NGINX_VERSION=${VERSIONS.nginx}`,
        "NJS_VERSION=0.8.7",
        "NJS_RELEASE=1~bookworm",
        "PKG_RELEASE=1~bookworm",
        "DYNPKG_RELEASE=1~bookworm",
      ],
      Entrypoint: ["/docker-entrypoint.sh"],
      Cmd: ["nginx", "-g", "daemon off;"],
      Labels: { maintainer: "NGINX Docker Maintainers <docker-maint@nginx.com>" },
      StopSignal: "SIGQUIT",
    },
    [
      ...debianSteps("bookworm"),
      instruction("LABEL maintainer=NGINX Docker Maintainers <docker-maint@nginx.com>"),
      instruction(`ENV NGINX_VERSION=${VERSIONS.nginx}`),
      { ...instruction("RUN /bin/sh -c set -x; install nginx # buildkit"), layer: root },
      ...copies,
      instruction('ENTRYPOINT ["/docker-entrypoint.sh"]'),
      instruction("EXPOSE map[80/tcp:{}]"),
      instruction("STOPSIGNAL SIGQUIT"),
      instruction('CMD ["nginx" "-g" "daemon off;"]'),
    ],
  );
}
