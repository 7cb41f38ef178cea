import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

function machine(): Busybox {
  const box = new Busybox();
  box.write("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n127.0.0.3 foo bar.baz\n::1 six\n");
  return box;
}

describe("nc", () => {
  it("carries both ways, and lets a program serve each connection", async () => {
    const { stdout } = await machine().sh(
      "((echo from-server; sleep 2) | nc -l -p 5000 > /tmp/srv) & sleep 0.3; (sleep 0.5; echo from-client; sleep 0.5) | nc 127.0.0.1 5000; wait; cat /tmp/srv; nc -ll -p 90 -e sh -c 'read x; echo got $x' & sleep .2; for i in a b; do echo $i | nc 127.1 90; done; kill $!",
    );
    expect(stdout).toBe("from-server\nfrom-client\ngot a\ngot b\n");
  });

  it("says why it cannot, in the words of each reason", async () => {
    const { stderr } = await machine().sh(
      "nc 127.0.0.1 1; nc ::1 1; nc 10.9.9.9 1; nc nope 1; nc 127.0.0.1 x; nc -l -p 80 & sleep .1; nc -l -p 80; nc -l -p 81 1.2.3.4; nc -l -p 82 -w 1; kill $!",
    );
    expect(stderr.split("\n")).toEqual([
      "nc: can't connect to remote host (127.0.0.1): Connection refused",
      "nc: can't connect to remote host: Connection refused",
      "nc: can't connect to remote host (10.9.9.9): Network is unreachable",
      "nc: bad address 'nope'",
      "nc: bad port 'x'",
      "nc: bind: Address already in use",
      "nc: bind: Cannot assign requested address",
      "nc: timed out",
      "",
    ]);
  });
});

describe("wget and httpd", () => {
  it("fetch files, follow to directories, and report errors", async () => {
    const { stdout, stderr } = await machine().sh(
      "mkdir -p /w/d; echo i > /w/d/index.html; echo a > /w/a; httpd -p 80 -h /w; cd /tmp; wget http://localhost/a; cat a; wget -qO- http://localhost/d; wget -q http://localhost/none; echo $?; wget -q -O- http://localhost:1/; echo $?",
    );
    expect(stdout).toBe("a\ni\n1\n1\n");
    expect(stderr).toBe(
      "Connecting to localhost (127.0.0.1:80)\nsaving to 'a'\na                    100% |********************************|     2  0:00:00 ETA\n'a' saved\nwget: server returned error: HTTP/1.1 404 Not Found\nwget: can't connect to remote host (127.0.0.1): Connection refused\n",
    );
  });

  it("a program under cgi-bin gets the request, a page may need a password", async () => {
    const { stdout } = await machine().sh(
      "mkdir -p /w/cgi-bin /w/p; echo s > /w/p/s; printf '#!/bin/sh\\necho; echo $REQUEST_METHOD $QUERY_STRING $PATH_INFO; cat' > /w/cgi-bin/c; chmod +x /w/cgi-bin/c; echo '/p:u:pw' > /c; httpd -p 80 -h /w -c /c; wget -qO- --post-data body http://localhost/cgi-bin/c/x?q; echo; wget -qO- http://localhost/p/s 2>&1; wget -qO- http://u:pw@localhost/p/s",
    );
    expect(stdout).toBe("POST q /x\nbody\nwget: server returned error: HTTP/1.1 401 Unauthorized\ns\n");
  });

  it("an answer may come in chunks", async () => {
    const { stdout } = await machine().sh(
      "printf 'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n2\\r\\nde\\r\\n0\\r\\n\\r\\n' | nc -l -p 82 > /tmp/r & sleep .2; wget -qO- -U me --header 'X: y' http://localhost:82/p; echo; wait; tr -d '\\r' < /tmp/r",
    );
    expect(stdout).toBe("abcde\nGET /p HTTP/1.1\nHost: localhost:82\nUser-Agent: me\nConnection: close\nX: y\n\n");
  });
});

describe("ping", () => {
  it("counts, names the address, and finds names in /etc/hosts for either family", async () => {
    const { stdout } = await machine().sh(
      "ping -c 2 -i 0.1 -q foo | sed 's/= .*//'; ping -c 1 six | head -n 1; ping -4 -c 1 six | head -n 1; ping -c 1 -s 0 127.1 | sed -n 2p",
    );
    expect(stdout).toBe(
      "PING foo (127.0.0.3): 56 data bytes\n\n--- foo ping statistics ---\n2 packets transmitted, 2 packets received, 0% packet loss\nround-trip min/avg/max \nPING six (::1): 56 data bytes\nPING six (127.0.0.1): 56 data bytes\n8 bytes from 127.0.0.1: seq=0 ttl=64\n",
    );
  });
});

describe("ip, ifconfig and route", () => {
  it("make a network between two namespaces, and show it", async () => {
    const { stdout, stderr } = await machine().sh(
      "ip link add v type veth; unshare -n sh -c 'sleep 3; :' & sleep .2; p=$!; ip link set v netns $p; ip addr add 10.5.0.1/24 brd + dev veth0; ip link set veth0 up; nsenter -t $p -n sh -c 'ip link set lo up; ip addr add 10.5.0.2/24 dev v; ip link set v up; ip route add default via 10.5.0.1; ip route; route -n | tail -n 1; ping -c 1 -q 10.5.0.1 | sed -n 4p; time nc 10.5.0.9 1; ip neigh | cut -d\" \" -f1,3'; ip -o -4 addr show veth0",
    );
    expect(stdout).toBe(
      "default via 10.5.0.1 dev v \n10.5.0.0/24 dev v scope link  src 10.5.0.2 \n10.5.0.0        0.0.0.0         255.255.255.0   U     0      0        0 v\n1 packets transmitted, 1 packets received, 0% packet loss\n10.5.0.9 v\n10.5.0.1 v\n2: veth0    inet 10.5.0.1/24 brd 10.5.0.255 scope global veth0\\       valid_lft forever preferred_lft forever\n",
    );
    expect(stderr).toMatch(
      /^nc: can't connect to remote host \(10\.5\.0\.9\): No route to host\n.*\nreal\t0m 3\.\d\ds/,
    );
  });

  it("refuse with the message of the request that failed", async () => {
    const { stderr } = await machine().sh(
      "ip link set nope up; ip addr add 1.2.3.4 dev nope; ip route add default via 9.9.9.9; ip route del 10.0.0.0/8; ip addr foo; ip link add x type dummy; ifconfig nope; ifconfig nope up; route del default",
    );
    expect(stderr.split("\n")).toEqual([
      "ip: SIOCGIFFLAGS: No such device",
      "ip: can't find device 'nope'",
      "ip: RTNETLINK answers: Network is unreachable",
      "ip: RTNETLINK answers: No such process",
      "ip: invalid argument 'foo' to 'ip'",
      "ip: RTNETLINK answers: Operation not supported",
      "ifconfig: nope: error fetching interface information: Device not found",
      "ifconfig: SIOCGIFFLAGS: No such device",
      "route: SIOCDELRT: No such process",
      "",
    ]);
  });
});

describe("netstat", () => {
  it("shows who listens, on which family, and who is connected", async () => {
    const { stdout } = await machine().sh(
      "nc -l -p 99 > /dev/null < /dev/zero & (sleep 3 | nc -l -p 98 127.0.0.1) & sleep .2; netstat -ltn | awk 'NR>2{print $1,$4,$6}'; (sleep 1 | nc 127.0.0.1 98) & sleep .2; netstat -tn | awk 'NR>2{print $4,$6}' | grep ^127.0.0.1:98",
    );
    expect(stdout).toBe("tcp 127.0.0.1:98 LISTEN\ntcp :::99 LISTEN\n127.0.0.1:98 ESTABLISHED\n");
  });
});

describe("ifup", () => {
  it("counts the bits of a mask, and has -1 for what is none", async () => {
    const { stdout } = await machine().sh(
      "for mask in 255.255.0.0 255.0.255.0; do printf 'iface x inet static\\n address 1\\n netmask %s\\n' $mask > /if; ifup -n -i /if x | grep addr; done",
    );
    expect(stdout).toBe("ip addr add 1/16 dev x label x\nip addr add 1/4294967295 dev x label x\n");
  });
});
