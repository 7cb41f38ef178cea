#!/usr/bin/env python3
"""Records what docker compose makes of projects: writes up.json beside this file.

Needs docker compose 2.40.3, its engine and the image busybox. ENGINE_ROOT is where the engine's files are seen from
here, if it does not share ours. A case: files, and steps, each the words after `docker compose`. After each step the
project's containers, networks and volumes are inspected.
"""
import json, os, re, shutil, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = "/tmp/compose-recorded/upapp"
ROOT = os.environ.get("ENGINE_ROOT", "")
CASES = []


def case(name, text, steps, env=None, **files):
    files = {path.replace("__", "/").replace("_dot_", "."): body for path, body in files.items()}
    CASES.append({"name": name, "files": {"compose.yaml": text, **files}, "steps": steps, "env": env or {}})


UP, DOWN = ["up", "-d"], ["down", "-v", "-t", "0", "--remove-orphans"]
SLEEP = "image: busybox, command: sleep 300, stop_grace_period: 0s"

case("plain", f"services: {{web: {{{SLEEP}}}}}\n", [UP, UP, ["stop"], ["start"], ["restart"], ["kill"], ["rm", "-f"]])
case("everything", """
services:
  web:
    image: busybox
    command: sleep 300
    entrypoint: [env]
    hostname: web.local
    domainname: example.org
    user: "1000:1000"
    working_dir: /tmp
    tty: true
    stdin_open: true
    read_only: true
    init: true
    restart: on-failure:3
    stop_signal: SIGUSR1
    stop_grace_period: 1500ms
    cap_add: [NET_ADMIN]
    cap_drop: [MKNOD]
    group_add: [mail]
    security_opt: ["no-new-privileges:true"]
    dns: 8.8.8.8
    dns_search: [a.example]
    dns_opt: [use-vc]
    expose: ["3000"]
    extra_hosts: ["somehost=162.242.195.82"]
    sysctls: {net.core.somaxconn: 1024}
    tmpfs: ["/run:size=1m", /var]
    labels: {a.b: "1"}
    annotations: [x=y]
    environment: {A: "1", B: , C: }
    oom_score_adj: 500
    shm_size: 32m
    devices: ["/dev/null:/dev/nil:r"]
    logging: {driver: json-file, options: {max-size: 10m}}
    ulimits: {nofile: {soft: 1024, hard: 2048}, nproc: 100}
    healthcheck: {test: "true", interval: 1m, timeout: 3s, retries: 3, start_period: 1s, start_interval: 2s}
""", [UP], env={"C": "from-env"})
case("limits", """
services:
  a: {image: busybox, command: sleep 300, stop_grace_period: 0s, cpus: 0.5, mem_limit: 64m, memswap_limit: 128m, mem_reservation: 32m, pids_limit: 50, cpu_shares: 512, cpuset: "0"}
  b: {image: busybox, command: sleep 300, stop_grace_period: 0s, deploy: {replicas: 2, resources: {limits: {cpus: '0.25', memory: 50M, pids: 20}, reservations: {memory: 20M}}, restart_policy: {condition: on-failure, max_attempts: 2}}}
""", [UP])
case("ports", """
services:
  a:
    image: busybox
    command: sleep 300
    stop_grace_period: 0s
    ports: ["18191:80", "127.0.0.1:18192:81/udp", {target: 82, published: "18193", host_ip: 127.0.0.1}]
""", [UP, ["port", "a", "80"], ["port", "--protocol", "udp", "a", "81"], ["port", "a", "99"]])
case("networks", """
services:
  a:
    image: busybox
    command: sleep 300
    stop_grace_period: 0s
    networks:
      front: {aliases: [x], ipv4_address: 172.31.77.5, priority: 10}
      back: {mac_address: "02:42:ac:11:65:43", driver_opts: {k: v}}
  b: {image: busybox, command: sleep 300, stop_grace_period: 0s, network_mode: none}
  c: {image: busybox, command: sleep 300, stop_grace_period: 0s, network_mode: "service:a"}
networks:
  front: {ipam: {config: [{subnet: 172.31.77.0/24, gateway: 172.31.77.1, ip_range: 172.31.77.0/25}]}, labels: {l: m}, attachable: true}
  back: {internal: true, driver: bridge, driver_opts: {com.docker.network.driver.mtu: 1400}}
""", [UP])
case("volumes", """
services:
  a:
    image: busybox
    command: sleep 300
    stop_grace_period: 0s
    volumes:
      - data:/data
      - data:/ro:ro
      - data:/nocopy:nocopy
      - /anonymous
      - ./src:/src:ro
      - {type: bind, source: ./long, target: /long, bind: {create_host_path: true, propagation: rprivate}}
      - {type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0700}}
      - {type: volume, source: other, target: /other, volume: {nocopy: true}}
  b: {image: busybox, command: sleep 300, stop_grace_period: 0s, volumes_from: ["a:ro"]}
volumes:
  data: {labels: {l: m}}
  other: {name: cmprec-other, driver_opts: {type: tmpfs, device: tmpfs, o: size=1m}}
""", [UP, UP])
case("configs-and-secrets", """
services:
  a:
    image: busybox
    command: sh -c 'ls -ln /inline /etc/there.conf /run/secrets/token; cat /inline /run/secrets/token; sleep 300'
    stop_grace_period: 0s
    configs: [inline, {source: inline, target: /etc/there.conf, uid: "7", gid: "8", mode: 0440}]
    secrets: [token]
configs: {inline: {content: "hello ${WHO}\\n"}}
secrets: {token: {environment: TOKEN}}
""", [UP, ["logs", "--no-log-prefix"]], env={"WHO": "world", "TOKEN": "hush"})
case("recreate-what-changed", f"""
services:
  a: {{{SLEEP}, environment: {{V: "${{V:-1}}"}}}}
  b: {{{SLEEP}, depends_on: {{a: {{condition: service_started, restart: true}}}}}}
  c: {{{SLEEP}, depends_on: [a]}}
""", [UP, ["--env-file", "two", "up", "-d"], ["up", "-d", "--force-recreate", "c"], ["up", "-d", "--no-recreate"], ["up", "-d", "--always-recreate-deps", "b"]], two="V=2\n")
case("scale", f"services: {{a: {{{SLEEP}}}}}\n", [["up", "-d", "--scale", "a=3"], ["up", "-d", "--scale", "a=1"], ["scale", "a=2"], ["up", "-d", "--scale", "b=2"]])
case("ordered", f"""
services:
  c: {{{SLEEP}, depends_on: [b]}}
  b: {{{SLEEP}, depends_on: [a]}}
  a: {{{SLEEP}}}
""", [UP, ["stop"], ["start"], ["restart", "a"], ["down"]])
case("healthy", """
services:
  db: {image: busybox, command: sh -c 'sleep 1; touch /ready; sleep 300', stop_grace_period: 0s, healthcheck: {test: test -f /ready, interval: 300ms, retries: 20}}
  app: {image: busybox, command: sleep 300, stop_grace_period: 0s, depends_on: {db: {condition: service_healthy}}}
""", [UP, ["up", "-d", "--wait"]])
case("unhealthy", """
services:
  db: {image: busybox, command: sleep 300, stop_grace_period: 0s, healthcheck: {test: "false", interval: 200ms, retries: 2}}
  app: {image: busybox, command: sleep 300, stop_grace_period: 0s, depends_on: {db: {condition: service_healthy}}}
""", [UP])
case("no-healthcheck", """
services:
  db: {image: busybox, command: sleep 300, stop_grace_period: 0s}
  app: {image: busybox, command: sleep 300, stop_grace_period: 0s, depends_on: {db: {condition: service_healthy}}}
""", [UP])
case("died-before-healthy", """
services:
  db: {image: busybox, command: sh -c 'exit 3', healthcheck: {test: "true", interval: 5s}}
  app: {image: busybox, command: sleep 300, stop_grace_period: 0s, depends_on: {db: {condition: service_healthy}}}
""", [UP])
case("optional-dependency", """
services:
  db: {image: busybox, command: sh -c 'exit 3'}
  app: {image: busybox, command: sleep 300, stop_grace_period: 0s, depends_on: {db: {condition: service_completed_successfully, required: false}}}
""", [UP])
case("completed", """
services:
  job: {image: busybox, command: "true"}
  app: {image: busybox, command: sleep 300, stop_grace_period: 0s, depends_on: {job: {condition: service_completed_successfully}}}
""", [UP, UP])
case("container-name-and-links", """
services:
  a: {image: busybox, command: sleep 300, stop_grace_period: 0s, container_name: cmprec-own}
  b: {image: busybox, command: sleep 300, stop_grace_period: 0s, links: ["a:ay"]}
""", [UP, ["ps", "--format", "{{.Name}} {{.Service}}"]])
case("wrong-command", "services: {a: {image: busybox, command: nosuch}}\n", [UP])
case("missing-image", "services: {a: {image: cmprec-nosuch, pull_policy: never}}\n", [UP])
case("name-taken", f"services: {{a: {{{SLEEP}, container_name: cmprec-twin}}, b: {{{SLEEP}, container_name: cmprec-twin}}}}\n", [UP])
case("bad-subnet", f"services: {{a: {{{SLEEP}}}}}\nnetworks: {{default: {{ipam: {{config: [{{subnet: 300.1.1.0/24}}]}}}}}}\n", [UP])
case("exec-and-run", f"services: {{a: {{{SLEEP}, environment: {{A: 1}}}}, b: {{{SLEEP}, depends_on: [a]}}}}\n", [
    ["run", "--rm", "-T", "-e", "B=2", "b", "sh", "-c", "echo $A $B; exit 4"], ["exec", "-T", "a", "sh", "-c", "echo in $A; exit 3"],
    ["exec", "-T", "b", "true"], ["run", "-d", "--name", "cmprec-one", "a", "sleep", "7"], ["ps", "-a", "--format", "{{.Name}} {{.State}}"], ["exec", "-T", "--index", "3", "a", "true"]])
case("pause-and-kill", f"services: {{a: {{{SLEEP}}}}}\n", [UP, ["pause"], ["ps", "--format", "{{.Name}} {{.State}}"], ["unpause"], ["kill", "-s", "TERM"], ["kill"], ["kill"], ["rm", "-f"], ["rm", "-f"]])
case("down-options", f"services: {{a: {{{SLEEP}, volumes: ['data:/d', /anon]}}}}\nvolumes: {{data: {{}}}}\n", [UP, ["down"], UP, ["down", "-v"], ["down", "-v"]])
case("hooks", """
services:
  a:
    image: busybox
    command: sh -c 'sleep 300'
    stop_grace_period: 0s
    post_start: [{command: touch /tmp/started, user: nobody}]
    pre_stop: [{command: "false"}]
""", [UP, ["exec", "-T", "a", "stat", "-c", "%U", "/tmp/started"], ["stop"]])
case("network-changed", f"services: {{a: {{{SLEEP}}}}}\nnetworks: {{default: {{labels: {{v: \"${{V:-1}}\"}}}}}}\n", [UP, ["--env-file", "two", "up", "-d"]], two="V=2\n")
case("attached", "services: {a: {image: busybox, command: sh -c 'echo one; echo two >&2'}, bb: {image: busybox, command: echo three, depends_on: {a: {condition: service_completed_successfully}}}}\n", [["up"]])
case("aborted", "services: {a: {image: busybox, command: sh -c 'sleep 1; exit 7'}, b: {image: busybox, command: sleep 300, stop_grace_period: 0s}}\n", [["up", "--abort-on-container-exit"], ["up", "--exit-code-from", "a"]])


def docker(*words):
    return subprocess.run(["docker", *words], capture_output=True, text=True)


KEPT = ("Name", "Config", "HostConfig", "Mounts")
ENDPOINT = ("IPAMConfig", "Links", "Aliases", "DriverOpts", "GwPriority")


def inspected(project, generations, whole):
    """What there is; whole documents, or only what tells old from new."""
    label = f"label=com.docker.compose.project={project}"

    def documents(kind, *words):
        names = docker(*words, "--filter", label).stdout.split()
        return json.loads(docker(kind, "inspect", *names).stdout) if names else []

    containers = []
    for one in documents("container", "ps", "-aq", "--no-trunc"):
        known = generations.setdefault(one["Name"], [])
        if one["Id"] not in known:
            known.append(one["Id"])
        short = {"name": one["Name"], "generation": known.index(one["Id"]) + 1, "status": one["State"]["Status"], "exitCode": one["State"]["ExitCode"]}
        networks = {name: {key: end[key] for key in ENDPOINT} for name, end in one["NetworkSettings"]["Networks"].items()}
        containers.append({**short, **({key: one[key] for key in KEPT} if whole else {}), **({"networks": networks} if whole else {})})
    networks = [{key: one[key] for key in ("Name", "Driver", "Internal", "Attachable", "EnableIPv6", "Options", "Labels")} for one in documents("network", "network", "ls", "-q")]
    volumes = [{key: one[key] for key in ("Name", "Driver", "Options", "Labels")} for one in documents("volume", "volume", "ls", "-q")]
    return {"containers": sorted(containers, key=lambda one: one["name"]), "networks": sorted(networks, key=lambda one: one["Name"]), "volumes": sorted(volumes, key=lambda one: one["Name"])}


def run(one):
    for base in {"", ROOT}:
        shutil.rmtree(base + WORK, ignore_errors=True)
        os.makedirs(base + WORK)
        for path, text in one["files"].items():
            open(os.path.join(base + WORK, path), "w").write(text)
    env = {"PATH": os.environ["PATH"], "HOME": "/root", **one["env"]}
    for name in ("DOCKER_HOST", "DOCKER_CONFIG"):
        if name in os.environ:
            env[name] = os.environ[name]
    steps, generations = [], {}
    for words in one["steps"]:
        done = subprocess.run(["docker", "compose", *words], cwd=WORK, env=env, capture_output=True, timeout=120)
        steps.append({"args": words, "exitCode": done.returncode, "stdout": done.stdout.decode(), "stderr": done.stderr.decode(), "there": inspected("upapp", generations, not steps)})
    left = docker("ps", "-aq", "--filter", "label=com.docker.compose.project=upapp").stdout.split()
    docker("rm", "-f", "-v", *left)
    subprocess.run(["docker", "compose", *DOWN], cwd=WORK, env=env, capture_output=True)
    return {**one, "steps": steps}


if __name__ == "__main__":
    wanted = sys.argv[1:]
    recorded = [run(one) for one in CASES if not wanted or one["name"] in wanted]
    # A case a line.
    head = json.dumps({"compose": "2.40.3", "directory": WORK})
    text = head[:-1] + ', "cases": [\n' + ",\n".join(json.dumps(one, ensure_ascii=False) for one in recorded) + "\n]}"
    if wanted:
        print(text)
    else:
        open(os.path.join(HERE, "up.json"), "w").write(text + "\n")
