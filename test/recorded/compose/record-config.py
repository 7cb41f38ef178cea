#!/usr/bin/env python3
"""Records what `docker compose config` makes of compose files: writes config.json beside this file.

Needs docker compose 2.40.3 and its engine. A case is a dictionary: name, files (path: text), and optionally
args (instead of ["config"]), env (added to an almost empty environment).
"""
import json, os, shutil, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = "/tmp/compose-recorded/app"
CASES = []


def case(name, text=None, args=None, env=None, **files):
    files = {path.replace("__", "/").replace("_dot_", "."): body for path, body in files.items()}
    if text is not None:
        files["compose.yaml"] = text
    CASES.append({"name": name, "files": files, "args": args or ["config"], "env": env or {}})


def case_of(name, files, args=None, env=None):
    CASES.append({"name": name, "files": files, "args": args or ["config"], "env": env or {}})


case("minimal", """
services:
  web:
    image: busybox
""")
case("everything-plain", """
name: shop
services:
  web:
    image: nginx:1.27
    command: nginx -g 'daemon off;'
    entrypoint: ["/entry", "-x"]
    container_name: the-web
    hostname: web.local
    domainname: example.org
    user: "1000:1000"
    working_dir: /srv
    tty: true
    stdin_open: true
    privileged: true
    read_only: true
    init: true
    restart: on-failure:3
    stop_signal: SIGUSR1
    stop_grace_period: 1m30s
    pid: host
    ipc: shareable
    uts: host
    userns_mode: host
    cgroup: private
    cgroup_parent: /x
    isolation: default
    platform: linux/amd64
    pull_policy: always
    runtime: runc
    mac_address: 02:42:ac:11:65:43
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    group_add: [mail, 1000]
    security_opt: ["no-new-privileges:true"]
    dns: 8.8.8.8
    dns_search: [a.example, b.example]
    dns_opt: [use-vc]
    expose: ["3000", 8000]
    external_links: [redis_1, "pg:db"]
    extra_hosts:
      somehost: 162.242.195.82
      v6: "::1"
    sysctls:
      net.core.somaxconn: 1024
    tmpfs: /run
    labels:
      a.b: "1"
      empty:
      number: 3
      truth: true
    annotations: [x=y]
    environment:
      A: "1"
      B: 2
      C: true
      D: 1.50
      E:
    oom_kill_disable: true
    oom_score_adj: 500
    shm_size: 64m
    storage_opt: {size: 1G}
    device_cgroup_rules: ["c 1:3 mr"]
    devices: ["/dev/null:/dev/nil:r", /dev/zero]
    logging:
      driver: json-file
      options: {max-size: 10m, max-file: 3}
""")
case("resources", """
services:
  a:
    image: busybox
    cpu_count: 2
    cpu_percent: 50
    cpu_shares: 512
    cpu_period: 100000
    cpu_quota: 50000
    cpus: 0.5
    cpuset: 0-1
    mem_limit: 512m
    mem_reservation: 256m
    memswap_limit: 1g
    mem_swappiness: 60
    pids_limit: 100
    ulimits:
      nproc: 65535
      nofile: {soft: 1024, hard: 2048}
    blkio_config:
      weight: 300
      weight_device: [{path: /dev/sda, weight: 400}]
      device_read_bps: [{path: /dev/sda, rate: '12mb'}]
      device_write_iops: [{path: /dev/sda, rate: 30}]
  b:
    image: busybox
    deploy:
      mode: replicated
      replicas: 2
      labels: {x: y}
      resources:
        limits: {cpus: '0.50', memory: 50M, pids: 1}
        reservations: {cpus: '0.25', memory: 20M}
      restart_policy: {condition: on-failure, delay: 5s, max_attempts: 3, window: 120s}
      update_config: {parallelism: 2, delay: 10s, order: stop-first, failure_action: rollback, monitor: 60s, max_failure_ratio: 0.3}
      placement: {constraints: [node.role == manager], preferences: [{spread: node.labels.zone}], max_replicas_per_node: 1}
      endpoint_mode: vip
""")
case("commands", r"""
services:
  a: {image: busybox, command: echo "two words" 'single $$x' esc\ aped}
  b: {image: busybox, command: [echo, "$$HOME", 'a b']}
  c: {image: busybox, command: []}
  d: {image: busybox, command: ""}
  e: {image: busybox, command: null}
  f: {image: busybox, entrypoint: sh -c 'echo "$$0"'}
""")
case("ports", """
services:
  a:
    image: busybox
    ports:
      - 3000
      - "8000:8000"
      - "9090-9091:8080-8081"
      - "49100:22"
      - "127.0.0.1:8001:8001"
      - "127.0.0.1:5000-5002:5000-5002"
      - "127.0.0.1::5005"
      - "6060:6060/udp"
      - "[::1]:7000:7000"
      - "12400-12401:1240"
      - target: 80
        published: "8080"
        host_ip: 127.0.0.1
        protocol: tcp
        mode: host
        name: web
        app_protocol: http
      - target: 81
      - "3010-3012"
""")
case("volumes-short", """
services:
  a:
    image: busybox
    volumes:
      - /anon
      - data:/data
      - data:/ro:ro
      - ./src:/src
      - ../up:/up:ro
      - ~/home:/home2
      - /abs:/abs:rw,z
      - data:/nocopy:nocopy
      - /shared:/shared:rshared
      - data:/with/../dots
volumes:
  data:
""", env={"HOME": "/root"})
case("volumes-long", """
services:
  a:
    image: busybox
    volumes:
      - {type: volume, source: data, target: /data, read_only: true, volume: {nocopy: true, subpath: sub, labels: {a: b}}}
      - {type: bind, source: ./src, target: /src, bind: {propagation: rshared, create_host_path: false, selinux: z}}
      - {type: bind, source: /x, target: /y, consistency: cached, bind: {create_host_path: true}}
      - {type: tmpfs, target: /t, tmpfs: {size: 10m, mode: 1777}}
      - {type: tmpfs, target: /t2}
      - {type: volume, target: /anon}
      - {type: image, source: busybox, target: /img, image: {subpath: bin}}
    tmpfs: [/run, "/tmp:size=64m"]
volumes:
  data: {driver: local, driver_opts: {type: nfs, o: "addr=10.0.0.1", device: ":/x"}, labels: [a=b]}
""")
case("volumes-external", """
services:
  a: {image: busybox, volumes: ["one:/1", "two:/2", "three:/3"]}
volumes:
  one: {external: true}
  two: {external: true, name: really-two}
  three: {name: named}
""")
case("networks", """
services:
  a:
    image: busybox
    networks:
      front: {aliases: [x, y], ipv4_address: 172.28.5.5, ipv6_address: "fd00::5", priority: 10, mac_address: "02:42:ac:11:65:43", gw_priority: 1, link_local_ips: [169.254.8.8], driver_opts: {k: 1}, interface_name: eth7}
      back:
  b: {image: busybox, networks: [back, ext]}
  c: {image: busybox, network_mode: host}
  d: {image: busybox, network_mode: "service:a"}
networks:
  front:
    driver: bridge
    driver_opts: {com.docker.network.bridge.name: br7}
    enable_ipv6: true
    attachable: true
    ipam:
      driver: default
      config: [{subnet: 172.28.0.0/16, ip_range: 172.28.5.0/24, gateway: 172.28.5.254, aux_addresses: {host1: 172.28.1.5}}]
      options: {foo: bar}
    labels: {a: b}
  back: {internal: true}
  ext: {external: true, name: outside}
""")
case("default-network-configured", """
services: {a: {image: busybox}}
networks: {default: {name: mine, driver: bridge}, unused: {}}
""")
case("depends-on", """
services:
  a: {image: busybox, depends_on: [b, c]}
  b:
    image: busybox
    depends_on:
      c: {condition: service_healthy, restart: true}
      d: {condition: service_completed_successfully, required: false}
      e: {condition: service_started}
  c: {image: busybox}
  d: {image: busybox}
  e: {image: busybox}
""")
case("implied-dependencies", """
services:
  a: {image: busybox, links: ["b:bee", c], volumes_from: ["d:ro", "container:x"], network_mode: "service:e", ipc: "service:f", pid: "service:g"}
  b: {image: busybox}
  c: {image: busybox}
  d: {image: busybox}
  e: {image: busybox}
  f: {image: busybox}
  g: {image: busybox}
""")
case("healthcheck", """
services:
  a: {image: busybox, healthcheck: {test: "true || false", interval: 1m30s, timeout: 10s, retries: 3, start_period: 40s, start_interval: 5s}}
  b: {image: busybox, healthcheck: {test: [CMD, curl, -f, http://localhost]}}
  c: {image: busybox, healthcheck: {disable: true}}
  d: {image: busybox, healthcheck: {test: [NONE]}}
  e: {image: busybox, healthcheck: {interval: 500ms, timeout: 1500ms}}
""")
case("profiles-none", """
services:
  a: {image: busybox}
  b: {image: busybox, profiles: [dev]}
  c: {image: busybox, profiles: [test, dev], depends_on: [b]}
volumes: {v: {}}
""")
case("profiles-chosen", """
services:
  a: {image: busybox}
  b: {image: busybox, profiles: [dev]}
  c: {image: busybox, profiles: [test]}
""", args=["--profile", "dev", "config"])
case("profiles-from-environment", """
services:
  a: {image: busybox}
  b: {image: busybox, profiles: [dev]}
  c: {image: busybox, profiles: [test]}
""", env={"COMPOSE_PROFILES": "dev,test"})
case("profiles-list", """
services:
  a: {image: busybox}
  b: {image: busybox, profiles: [dev]}
  c: {image: busybox, profiles: [test, dev]}
""", args=["config", "--profiles"])
case("services-list", """
services:
  zed: {image: busybox, depends_on: [abe]}
  abe: {image: busybox}
volumes: {v: {}, u: {}}
""", args=["config", "--services"])
case("volumes-list", """
services:
  zed: {image: busybox, volumes: ["v:/v", "u:/u"]}
volumes: {v: {}, u: {}}
""", args=["config", "--volumes"])
case("images-list", """
services:
  zed: {image: "busybox:1"}
  abe: {build: .}
""", args=["config", "--images"])
case("config-json", """
services:
  web: {image: busybox, command: a b, ports: ["80:80"], healthcheck: {test: x, interval: 5s}, mem_limit: 64m}
""", args=["config", "--format", "json"])
case("config-quiet", """
services: {web: {image: busybox}}
""", args=["config", "--quiet"])
case("config-no-interpolate", """
services: {web: {image: "busybox:${TAG:-1}", ports: ["${P}:80"]}}
""", args=["config", "--no-interpolate"])
case("config-one-service", """
services: {a: {image: x, depends_on: [b]}, b: {image: y}, c: {image: z}}
""", args=["config", "a"])
case("config-unknown-service", """
services: {a: {image: x}}
""", args=["config", "nosuch"])
case("configs-and-secrets", """
services:
  a:
    image: busybox
    configs:
      - plain
      - {source: inline, target: /etc/inline.conf, uid: "103", gid: "103", mode: 0440}
    secrets:
      - plain
      - {source: fromenv, target: key, mode: "0400"}
configs:
  plain: {file: ./plain.conf}
  inline: {content: "a=${A}\\nb=$$B\\n"}
  viaenv: {environment: A}
secrets:
  plain: {file: ./secret.txt}
  fromenv: {environment: TOKEN}
""", env={"A": "1", "TOKEN": "hush"})
case("env-file", """
services:
  a:
    image: busybox
    env_file: [one.env, {path: two.env}, {path: missing.env, required: false}]
    environment: {FROM_BOTH: service, UNSET_HERE: , PASSED: }
""", env={"PASSED": "through", "OUTER": "outer"}, **{
    "one_dot_env": """# comment
PLAIN=1
export EXPORTED=yes
SPACED = around
QUOTED="a b # c"
SINGLE='$OUTER'
EXPANDED=${OUTER}-${PLAIN}
DEFAULTED=${NOPE:-dflt}
INLINE=value # comment
EMPTY=
MULTI="line1
line2"
ESC="tab\\there"
FROM_BOTH=file
YAML: style
OUTER
""",
    "two_dot_env": "PLAIN=2\nSECOND=s\n",
})
case("env-file-missing", "services: {a: {image: busybox, env_file: nosuch.env}}\n")
case("env-file-bad", "services: {a: {image: busybox, env_file: bad.env}}\n", bad_dot_env="A=1\nB AD!=2\n")
case("env-file-unterminated", "services: {a: {image: busybox, env_file: bad.env}}\n", bad_dot_env="A=\"open\nB=2\n")
case_of("dot-env", {"compose.yaml": "services: {a: {image: \"busybox:${TAG}\", environment: {X: \"${X}\", TAG: }}}\n", ".env": "TAG=1.2\nX=file\nCOMPOSE_PROJECT_NAME=from-dotenv\n"}, env={"X": "shell"})
case_of("env-file-option", {"compose.yaml": "services: {a: {image: \"busybox:${TAG}\"}}\n", "other": "TAG=9\n", ".env": "TAG=1\n"}, args=["--env-file", "other", "config"])
case("interpolation", """
services:
  a:
    image: busybox
    environment:
      plain: $SET
      braces: ${SET}
      dflt: ${UNSET:-default}
      dflt_empty: ${EMPTY:-default}
      dflt_dash: ${EMPTY-default}
      dash_unset: ${UNSET-default}
      plus: ${SET:+replacement}
      plus_empty: ${EMPTY:+replacement}
      plus_only: ${EMPTY+replacement}
      plus_unset: ${UNSET+replacement}
      required: ${SET:?must be set}
      nested: ${UNSET:-${SET}-x}
      nested_deep: ${UNSET:-${ALSO_UNSET:-deep}}
      escaped: $$SET and $${SET}
      two: ${SET}${SET}
      colon: ${UNSET:-a:b}
      empty_default: ${UNSET:-}
      missing: "[${UNSET}]"
      middle: pre-${SET}-post
      lower: ${lower}
      url: ${UNSET:-http://x.example/a?b=c}
    labels: ["${SET}=x"]
    ports: ["${PORT:-8080}:80"]
    privileged: ${TRUTH}
    scale: ${SCALE}
""", env={"SET": "value", "EMPTY": "", "lower": "low", "TRUTH": "true", "SCALE": "2"})
case("interpolation-unset-warns", """
services: {a: {image: "busybox:$NOPE", command: "$OTHER ${NOPE}"}}
""")
case("interpolation-required", "services: {a: {image: \"${IMG:?no image}\"}}\n")
case("interpolation-required-no-text", "services: {a: {image: \"${IMG?}\"}}\n")
case("interpolation-invalid", "services: {a: {image: \"${}\"}}\n")
case("interpolation-invalid-dash", "services: {a: {image: busybox, command: \"x ${a-b\"}}\n")
case("interpolation-bad-cast", "services: {a: {image: busybox, privileged: \"${P}\"}}\n", env={"P": "maybe"})
case("interpolation-bad-number", "services: {a: {image: busybox, scale: \"${P}\"}}\n", env={"P": "many"})
case("interpolation-yes", "services: {a: {image: busybox, privileged: \"yes\"}}\n")
case("anchors", """
x-common: &common
  image: busybox
  environment: &env {A: "1", B: "2"}
x-list: &list [one, two]
services:
  a:
    <<: *common
    command: *list
  b:
    <<: [*common, {hostname: h}]
    environment:
      <<: *env
      B: "3"
x-top: {kept: true}
""")
case("extensions", """
x-top: {a: 1, b: [x, y]}
services:
  a:
    image: busybox
    x-own: hello
    build: {context: ., x-build: 1}
    deploy: {x-deploy: 1}
    networks: {n: {x-net: 1}}
networks: {n: {x-thing: 1}}
volumes: {v: {x-v: 1}}
""")
case("extends-same-file", """
services:
  base:
    image: busybox
    environment: {A: base, B: base}
    labels: [l=base]
    command: [base]
    ports: ["80:80"]
    volumes: [/data]
  web:
    extends: base
    environment: {B: web, C: web}
    labels: {m: web}
    command: [web]
    ports: ["81:81"]
  chained:
    extends: {service: web}
    hostname: h
""")
case_of("extends-other-file", {
    "compose.yaml": "services:\n  web:\n    extends: {file: sub/base.yaml, service: base}\n    environment: [B=web]\n",
    "sub/base.yaml": "services:\n  base:\n    build: ./ctx\n    env_file: base.env\n    volumes: ['./data:/data']\n    environment: {A: base, B: base}\n    depends_on: [other]\n  other: {image: x}\n",
    "sub/base.env": "FROM_FILE=1\n"})
case_of("extends-other-file-no-dependencies", {
    "compose.yaml": "services:\n  web:\n    extends: {file: sub/base.yaml, service: base}\n    environment: [B=web]\n",
    "sub/base.yaml": "services:\n  base:\n    build: ./ctx\n    env_file: base.env\n    volumes: ['./data:/data']\n    environment: {A: base, B: base}\n",
    "sub/base.env": "FROM_FILE=1\n"})
case("extends-missing", "services:\n  web:\n    extends: nosuch\n    image: x\n")
case("extends-missing-file", "services:\n  web:\n    extends: {file: nosuch.yaml, service: x}\n")
case_of("extends-missing-in-file", {"compose.yaml": "services:\n  web:\n    extends: {file: b.yaml, service: x}\n", "b.yaml": "services: {y: {image: z}}\n"})
case("extends-cycle", "services:\n  a: {extends: b}\n  b: {extends: a}\n")
MERGE_BASE = """
services:
  web:
    image: base
    command: base command
    entrypoint: [base]
    environment: {A: base, B: base}
    labels: [l=base, k=base]
    ports: ["80:80", "443:443"]
    expose: ["1"]
    volumes: ["data:/data", "./a:/a"]
    tmpfs: [/run]
    dns: [1.1.1.1]
    dns_search: a.example
    networks: [front]
    depends_on: [db]
    logging: {driver: json-file, options: {max-size: 1m, max-file: 2}}
    healthcheck: {test: [CMD, base], interval: 5s}
    ulimits: {nofile: 100}
    extra_hosts: ["a=1.1.1.1", "b=2.2.2.2"]
    cap_add: [A, B]
    env_file: [one.env]
    build: ./ctx
    devices: ["/dev/a:/dev/x"]
    sysctls: {x: 1}
    deploy: {replicas: 2, labels: {d: base}}
    secrets: [s1]
    profiles: []
  db: {image: db}
networks: {front: {driver_opts: {a: "1"}, labels: {x: base}}}
volumes: {data: {driver_opts: {a: "1"}}}
secrets: {s1: {file: ./s1}, s2: {file: ./s2}}
"""
case_of("merge-two-files", {"compose.yaml": MERGE_BASE, "one.env": "E=1\n", "two.env": "E=2\n", "compose.override.yaml": """
services:
  web:
    image: over
    command: over
    environment: [B=over, C=over]
    labels: {k: over, m: over}
    ports: ["80:80", "81:80"]
    expose: ["1", "2"]
    volumes: ["other:/data:ro", "./b:/b"]
    tmpfs: /tmp
    dns: 2.2.2.2
    dns_search: [b.example]
    networks: {back: {aliases: [w]}}
    depends_on: {cache: {condition: service_healthy}}
    logging: {options: {max-size: 5m}}
    healthcheck: {test: over, retries: 2}
    ulimits: {nofile: {soft: 1, hard: 2}}
    extra_hosts: {b: 2.2.2.2, c: 3.3.3.3}
    cap_add: [B, C]
    env_file: two.env
    build: {args: {X: y}}
    devices: ["/dev/b:/dev/x"]
    sysctls: [y=2]
    deploy: {labels: {e: over}}
    secrets: [{source: s2, target: other}]
  cache: {image: cache}
networks: {back: {}, front: {driver_opts: {b: "2"}, labels: [x=over]}}
volumes: {other: , data: {driver_opts: {b: "2"}}}
"""})
case_of("merge-logging-driver", {"compose.yaml": "services: {a: {image: x, logging: {driver: json-file, options: {max-size: 1m}}}}\n", "b.yaml": "services: {a: {logging: {driver: local, options: {compress: 'true'}}}}\n"}, args=["-f", "compose.yaml", "-f", "b.yaml", "config"])
case_of("merge-reset", {"compose.yaml": "services: {a: {image: x, ports: ['80:80'], environment: {A: '1', B: '2'}, command: [c], depends_on: [b]}, b: {image: y}}\n", "o.yaml": "services:\n  a:\n    ports: !reset []\n    environment:\n      A: !reset null\n    command: !reset null\n    depends_on: !reset {}\n  b: !reset null\n"}, args=["-f", "compose.yaml", "-f", "o.yaml", "config"])
case_of("merge-override", {"compose.yaml": "services: {a: {image: x, ports: ['80:80'], environment: {A: '1', B: '2'}, labels: {a: b}}}\n", "o.yaml": "services:\n  a:\n    ports: !override ['81:81']\n    environment: !override {C: '3'}\n"}, args=["-f", "compose.yaml", "-f", "o.yaml", "config"])
case_of("merge-wrong-type", {"compose.yaml": "services: {a: {image: x, healthcheck: {test: x}}}\n", "o.yaml": "services: {a: {healthcheck: [x]}}\n"}, args=["-f", "compose.yaml", "-f", "o.yaml", "config"])
case_of("merge-relative-paths", {"a/compose.yaml": "services: {a: {image: x, volumes: ['./d:/d'], build: .}}\n", "b/o.yaml": "services: {a: {volumes: ['./e:/e']}}\n"}, args=["-f", "a/compose.yaml", "-f", "b/o.yaml", "config"])
case_of("project-directory", {"a/compose.yaml": "services: {a: {image: x, volumes: ['./d:/d']}}\n", "p/x": ""}, args=["-f", "a/compose.yaml", "--project-directory", "p", "config"])
case_of("include", {"compose.yaml": "include:\n  - sub/compose.yaml\n  - path: [other/a.yaml, other/b.yaml]\n    env_file: other/vars\nservices: {a: {image: x, depends_on: [b]}}\n",
    "sub/compose.yaml": "services: {b: {image: \"y:${TAG}\", volumes: ['./d:/d', 'v:/v']}}\nvolumes: {v: {}}\n", "sub/.env": "TAG=sub\n",
    "other/a.yaml": "services: {c: {image: \"z:${TAG}\"}}\n", "other/b.yaml": "services: {c: {hostname: h}}\n", "other/vars": "TAG=other\n"})
case_of("include-conflict", {"compose.yaml": "include: [sub.yaml]\nservices: {a: {image: x}}\n", "sub.yaml": "services: {a: {image: y}}\n"})
case_of("include-cycle", {"compose.yaml": "include: [sub.yaml]\nservices: {a: {image: x}}\n", "sub.yaml": "include: [compose.yaml]\nservices: {b: {image: y}}\n"})
case("include-missing", "include: [nosuch.yaml]\nservices: {a: {image: x}}\n")
case("build", """
services:
  a: {build: .}
  b:
    image: mine:1
    build:
      context: ./sub
      dockerfile: Other.Dockerfile
      args: {A: 1, B: , C: "${X:-y}"}
      target: prod
      labels: [l=1]
      cache_from: [img]
      network: host
      shm_size: 1g
      tags: [t1, t2]
      platforms: [linux/amd64]
      extra_hosts: ["h:1.2.3.4"]
      secrets: [s]
      ssh: [default]
      no_cache: true
      pull: true
      additional_contexts: {c: ./c, img: "docker-image://alpine"}
      ulimits: {nofile: 5}
  c: {build: {dockerfile_inline: "FROM busybox\\n"}}
  d: {build: {context: "https://github.com/x/y.git#main"}}
secrets: {s: {file: ./s}}
""", env={"B": "from-env"})
case("hooks-and-develop", """
services:
  a:
    image: busybox
    post_start: [{command: ./do.sh, user: root, environment: [A=b]}]
    pre_stop: [{command: [x, y], working_dir: /w, privileged: true}]
    develop: {watch: [{path: ./src, action: sync, target: /src, ignore: [node_modules/]}]}
""")
case("label-file", "services: {a: {image: busybox, label_file: l.env, labels: {own: '1', b: over}}}\n", l_dot_env="a=1\nb=2\n")
case("version-obsolete", "version: '3.8'\nservices: {a: {image: x}}\n")
case("scale", "services: {a: {image: x, scale: 3}, b: {image: x, deploy: {replicas: 0}}}\n")
case("scale-conflict", "services: {a: {image: x, scale: 3, deploy: {replicas: 2}}}\n")
case("scale-container-name", "services: {a: {image: x, scale: 3, container_name: n}}\n")
case("hash", """
services:
  a: {image: busybox}
  b: {image: busybox, command: echo hi, environment: {B: '1', A: }, ports: ['8080:80'], volumes: ['v:/v', './x:/x'], mem_limit: 64m, healthcheck: {test: 'true', interval: 5s, retries: 3}, restart: always, labels: {l: x<y&z}}
  c: {image: busybox, networks: {n: {aliases: [z], ipv4_address: 10.9.0.5}}, cpus: 0.5, ulimits: {nofile: 10, nproc: {soft: 1, hard: 2}}, deploy: {resources: {limits: {memory: 50M, cpus: '0.5'}}, replicas: 2}, extra_hosts: ['a=1.2.3.4'], tmpfs: /t, stop_grace_period: 3s, init: true, configs: [{source: c, mode: 0444}], logging: {driver: json-file, options: {max-size: 1m}}, depends_on: [a]}
  d: {build: ., image: mine, profiles: [], entrypoint: [], command: null, tty: true, stdin_open: true, x-mine: 1, cap_add: [A], dns: 1.1.1.1, expose: [80], env_file: e.env, secrets: [s], devices: [/dev/null], sysctls: {a: 1}, group_add: [1], annotations: {q: r}, pids_limit: 5, shm_size: 1m, blkio_config: {weight: 10, device_read_bps: [{path: /dev/x, rate: 1mb}]}, gpus: all, storage_opt: {size: 1g}, oom_score_adj: 4, credential_spec: {file: x}, develop: {watch: [{path: ., action: rebuild}]}, post_start: [{command: x}]}
volumes: {v: {}}
networks: {n: {}}
configs: {c: {content: x}}
secrets: {s: {environment: S}}
""", args=["config", "--hash", "*"], e_dot_env="E=1\n", env={"S": "x"})
HASHED = """build: .
entrypoint: []
tty: true
stdin_open: true
x-mine: 1
cap_add: [A]
dns: 1.1.1.1
expose: [80]
env_file: e.env
secrets: [s]
devices: [/dev/null]
sysctls: {a: 1}
group_add: [1]
annotations: {q: r}
pids_limit: 5
shm_size: 1m
blkio_config: {weight: 10, device_read_bps: [{path: /dev/x, rate: 1mb}]}
gpus: all
storage_opt: {size: 1g}
oom_score_adj: 4
credential_spec: {file: x}
develop: {watch: [{path: ., action: rebuild}]}
post_start: [{command: x}]
deploy: {labels: {a: b}}
volumes: [{type: tmpfs, target: /x, tmpfs: {size: 1m, mode: 0755}}]
label_file: e.env""".split("\n")
case("hash-each-attribute", "services:\n" + "".join(f"  s{at:02}: {{image: x, {one}}}\n" for at, one in enumerate(HASHED))
     + "secrets: {s: {environment: S}}\n", args=["config", "--hash", "*"], e_dot_env="E=1\n", env={"S": "x"})
# What is refused.
case("no-image", "services: {web: {command: x}}\n")
case("no-services", "volumes: {v: {}}\n")
case("empty", "")
case("not-a-mapping", "- a\n- b\n")
case("services-list-not-mapping", "services: [a, b]\n")
case("service-null", "services:\n  web:\n")
case("service-a-string", "services:\n  web: busybox\n")
case("unknown-property", "services:\n  web:\n    image: x\n    imagee: y\n")
case("unknown-top-level", "servicess:\n  web: {image: x}\n")
case("unknown-nested", "services:\n  web:\n    image: x\n    healthcheck: {tests: x}\n")
case("unknown-two", "services:\n  web:\n    image: x\n    aaa: y\n    bbb: z\n")
case("unknown-in-build", "services:\n  web:\n    build: {contextt: .}\n")
case("wrong-type-image", "services:\n  web:\n    image: [x]\n")
case("wrong-type-number", "services:\n  web:\n    image: 12\n")
case("wrong-type-ports", "services:\n  web:\n    image: x\n    ports: 80\n")
case("wrong-type-environment", "services:\n  web:\n    image: x\n    environment: A=b\n")
case("wrong-type-environment-nested", "services:\n  web:\n    image: x\n    environment: {A: {b: c}}\n")
case("wrong-type-command", "services:\n  web:\n    image: x\n    command: {a: b}\n")
case("wrong-type-command-item", "services:\n  web:\n    image: x\n    command: [a, 1]\n")
case("wrong-type-volumes-item", "services:\n  web:\n    image: x\n    volumes: [{target: /x}]\n")
case("wrong-type-tty", "services:\n  web:\n    image: x\n    tty: 3\n")
case("wrong-enum-condition", "services:\n  web:\n    image: x\n    depends_on: {db: {condition: ready}}\n  db: {image: y}\n")
case("wrong-volume-type", "services:\n  web:\n    image: x\n    volumes: [{type: weird, target: /x}]\n")
case("wrong-service-name", "services:\n  'we b':\n    image: x\n")
case("wrong-pattern-container-name", "services:\n  web: {image: x, container_name: '-'}\n")
case("not-unique", "services:\n  web: {image: x, cap_add: [A, A]}\n")
case("too-low", "services:\n  web: {image: x, oom_score_adj: -2000}\n")
case("depends-on-undefined", "services:\n  web: {image: x, depends_on: [nosuch]}\n")
case("depends-on-disabled", "services:\n  web: {image: x, depends_on: [db]}\n  db: {image: y, profiles: [p]}\n")
case("depends-on-cycle", "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n  c: {image: x, depends_on: [a]}\n")
case("depends-on-self", "services:\n  a: {image: x, depends_on: [a]}\n")
case("undefined-network", "services:\n  a: {image: x, networks: [n]}\n")
case("undefined-volume", "services:\n  a: {image: x, volumes: ['vol:/v']}\n")
case("undefined-secret", "services:\n  a: {image: x, secrets: [s]}\n")
case("undefined-config", "services:\n  a: {image: x, configs: [s]}\n")
case("network-mode-and-networks", "services:\n  a: {image: x, network_mode: host, networks: [n]}\nnetworks: {n: {}}\n")
case("network-mode-missing-service", "services:\n  a: {image: x, network_mode: 'service:nosuch'}\n")
case("external-with-driver", "services:\n  a: {image: x, volumes: ['v:/v']}\nvolumes: {v: {external: true, driver: local}}\n")
case("secret-empty", "services:\n  a: {image: x}\nsecrets: {s: {}}\n")
case("config-two-sources", "services:\n  a: {image: x}\nconfigs: {c: {file: ./x, content: y}}\n")
case("same-target-twice", "services:\n  a: {image: x, tmpfs: [/x], volumes: ['vol:/x']}\nvolumes: {vol: {}}\n")
case("bad-port", "services:\n  a: {image: x, ports: ['80:http']}\n")
case("bad-port-range", "services:\n  a: {image: x, ports: ['8000-8002:80-81']}\n")
case("bad-port-ip", "services:\n  a: {image: x, ports: ['999.1.1.1:80:80']}\n")
case("bad-volume", "services:\n  a: {image: x, volumes: ['aa:bb:cc:dd']}\n")
case("bad-bytes", "services:\n  a: {image: x, mem_limit: lots}\n")
case("bad-duration", "services:\n  a: {image: x, stop_grace_period: soon}\n")
case("bad-healthcheck", "services:\n  a: {image: x, healthcheck: {test: [curl, x]}}\n")
case("bad-extra-host", "services:\n  a: {image: x, extra_hosts: [justhost]}\n")
case("bad-name", "name: Not_Valid!\nservices: {a: {image: x}}\n")
case("bad-project-name-option", "services: {a: {image: x}}\n", args=["-p", "Not/Valid", "config"])
case("yaml-syntax", "services:\n  web:\n    image: x\n   bad: y\n")
case("yaml-tab", "services:\n\tweb: x\n")
case("yaml-duplicate", "services:\n  web:\n    image: x\n    image: y\n")
case("yaml-unknown-anchor", "services:\n  web: *nope\n")
case("yaml-unclosed", "services:\n  web: {image: x\n")
case("non-string-key", "services:\n  1: {image: x}\n")
case_of("no-file", {"x": ""})
case_of("no-such-file", {"x": ""}, args=["-f", "nosuch.yaml", "config"])
case_of("two-default-files", {"compose.yaml": "services: {a: {image: x}}\n", "docker-compose.yml": "services: {b: {image: x}}\n"})
case_of("docker-compose-yml", {"docker-compose.yml": "services: {b: {image: x}}\n", "docker-compose.override.yml": "services: {b: {hostname: h}}\n"})
case_of("compose-file-variable", {"a.yml": "services: {b: {image: x}}\n", "b.yml": "services: {b: {hostname: h}}\n"}, env={"COMPOSE_FILE": "a.yml:b.yml", "COMPOSE_PROJECT_NAME": "viaenv"})
case("strings-to-quote", """
services:
  a:
    image: busybox
    environment:
      truthy: "yes"
      nul: "null"
      tilde: "~"
      number: "012"
      float: "1e3"
      spaces: " lead"
      colon: "a: b"
      hash: "a #b"
      quote: "it's"
      dquote: 'say "x"'
      multi: "one\\ntwo\\n"
      multi2: "one\\ntwo"
      empty: ""
      star: "*x"
      bang: "!x"
      at: "@x"
      brace: "{x"
      unicode: "héllo"
      tab: "a\\tb"
      dash: "- x"
      date: "2001-01-01"
      long: "aaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbb cccccccccccccccccccc dddddddddddddddddddd eeeeeeeeeeeeeeeeeeee fffffffff"
      question: "? x"
      pct: "%x"
      eq: "="
      inf: ".inf"
      hexa: "0x1F"
      octal: "0o17"
      sexa: "1:30"
      on: "on"
      y: "y"
""")


def run(one):
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    for path, text in one["files"].items():
        full = os.path.join(WORK, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        open(full, "w").write(text)
    env = {"PATH": os.environ["PATH"], "HOME": "/root", **one["env"]}
    for name in ("DOCKER_HOST", "DOCKER_CONFIG"):
        if name in os.environ:
            env[name] = os.environ[name]
    done = subprocess.run(["docker", "compose", *one["args"]], cwd=WORK, env=env, capture_output=True, text=True, timeout=60)
    return {**one, "exitCode": done.returncode, "stdout": done.stdout, "stderr": done.stderr}


if __name__ == "__main__":
    wanted = sys.argv[1:]
    recorded = []
    for one in CASES:
        if wanted and one["name"] not in wanted:
            continue
        # Go's maps are in random order: what differs between runs is said in `variants`.
        first, *more = [run(one) for _ in range(4)]
        others = {m["stderr"] for m in more if m["stderr"] != first["stderr"]}
        outs = {m["stdout"] for m in more if m["stdout"] != first["stdout"]}
        if others or outs:
            first["variants"] = {"stdout": sorted(outs), "stderr": sorted(others)}
        recorded.append(first)
    text = json.dumps({"compose": "2.40.3", "directory": WORK, "cases": recorded}, indent=1, ensure_ascii=False)
    if wanted:
        print(text)
    else:
        open(os.path.join(HERE, "config.json"), "w").write(text + "\n")
