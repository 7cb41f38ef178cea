// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell scripts
import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** What the recorded busybox prints about processes. */
const TABLE: readonly (readonly [behaviour: string, script: string, stdout: string, stderr: string, code: number])[] = [
  [
    "ps shows only the columns asked for, and refuses others",
    "ps -o foo; echo $?; ps -o pid=X,comm=YYYY | head -1",
    "1\nX YYYY\n",
    "ps: bad -o argument 'foo', supported arguments: user,group,comm,args,pid,ppid,pgid,nice,rgroup,ruser,tty,vsz,sid,stat,rss\n",
    0,
  ],
  [
    "pidof and killall find by name, and tell when there is none",
    "sleep 5 & sleep 6 & sleep 0.1; pidof sleep | wc -w; pidof -s sleep | wc -w; pidof -o $! sleep | wc -w; killall sleep; echo $?; killall nosuch; echo $?; killall -q nosuch; echo $?; pidof nosuch; echo $?; kill -l 137; kill -l TERM",
    "2\n0\n0\n0\n1\n1\n1\nKILL\n15\n",
    "pidof: invalid option -- 's'\nBusyBox v1.38.0 (Debian 1:1.38.0-3+b1) multi-call binary.\n\nUsage: pidof [NAME]...\n\nList PIDs of all processes with names that match NAMEs\npidof: invalid option -- 'o'\nBusyBox v1.38.0 (Debian 1:1.38.0-3+b1) multi-call binary.\n\nUsage: pidof [NAME]...\n\nList PIDs of all processes with names that match NAMEs\nkillall: nosuch: no process killed\n",
    0,
  ],
  [
    "timeout ends with 143, 137 or the program's code",
    "timeout 0.1 sleep 5; echo $?; timeout -s KILL 0.1 sleep 5; echo $?; timeout -k 0.1 0.1 sh -c 'trap \"\" TERM; sleep 3'; echo $?; timeout 5 sh -c 'exit 3'; echo $?; timeout 1 nosuch; echo $?; timeout x true; echo $?",
    "143\n137\n137\n3\n127\n1\n",
    "Terminated\nKilled\nKilled\ntimeout: can't execute 'nosuch': No such file or directory\ntimeout: invalid number 'x'\n",
    0,
  ],
  [
    "renice names who is missing",
    "renice 5 99999; echo $?; renice -n 3 -p $$; cut -d' ' -f19 /proc/$$/stat",
    "1\n3\n",
    "renice: setpriority: No such process\n",
    0,
  ],
  [
    "env sets, removes, and tells what it cannot start",
    "env -i A=1 sh -c 'echo $A'; HOME=/h; export HOME; env -u HOME sh -c 'echo [$HOME]'; env nosuch; echo $?; env - B=2 env; env -i sh -c 'exit 9'; echo $?",
    "1\n[]\n127\nB=2\n9\n",
    "env: can't execute 'nosuch': No such file or directory\n",
    0,
  ],
  [
    "sleep wants numbers with units",
    "sleep 0.01 0.01; echo $?; sleep abc; echo $?; sleep -1; echo $?; sleep 1x; echo $?; usleep 10; echo $?",
    "0\n1\n1\n1\n0\n",
    "sleep: invalid number 'abc'\nsleep: invalid number '-1'\nsleep: invalid number '1x'\n",
    0,
  ],
  [
    "a stopped process stays stopped until CONT",
    "sleep 100 & p=$!; kill -STOP $p; sleep 0.1; cut -d' ' -f3 /proc/$p/stat; kill -TERM $p; sleep 0.1; cut -d' ' -f3 /proc/$p/stat; kill -CONT $p; wait $p 2> /dev/null; echo $?",
    "T\nT\n143\n",
    "",
    0,
  ],
  [
    "ulimit sets, shows and refuses",
    "ulimit -s 1024; ulimit -s; ulimit -f abc; ulimit -n 30 ; ulimit -n; sh -c 'ulimit -f 1; dd if=/dev/zero of=/tmp/f bs=1k count=10'; echo $?; sh -c 'ulimit -t 1; while :; do :; done'; echo $?",
    "1024\n30\n153\n137\n",
    "sh: invalid number 'abc'\nFile size limit exceeded\nKilled\n",
    0,
  ],
  [
    "setsid leads a session; run-parts runs what can be run",
    "setsid sh -c '[ $(cut -d\" \" -f6 /proc/$$/stat) = $$ ] && echo leads'; mkdir /tmp/d; printf '#!/bin/sh\\necho run $1\\n' > /tmp/d/a; chmod 755 /tmp/d/a; run-parts -a x /tmp/d; run-parts /nx; echo $?",
    "leads\nrun x\n0\n",
    "run-parts: /nx: No such file or directory\n",
    0,
  ],
  [
    "date formats and parses",
    "date -u -d @0; date -u -d '2020-01-02 03:04:05' '+%Y/%m/%d %H:%M:%S %j %a %b %e %s %p %I'; date -d bad; echo $?; date -u -R -d @0; date -u -I -d @0; date -u -D '%d.%m.%Y' -d '31.12.2019' +%F",
    "Thu Jan  1 00:00:00 UTC 1970\n2020/01/02 03:04:05 002 Thu Jan  2 1577934245 AM 03\n1\nThu, 01 Jan 1970 00:00:00 +0000\n1970-01-01\n2019-12-31\n",
    "date: invalid date 'bad'\n",
    0,
  ],
  [
    "id and su say who is unknown",
    "id -u; id nosuch; echo $?; su nosuch; echo $?; su -s /bin/sh www-data -c 'id -un; pwd'; whoami; id -gn; groups www-data",
    "0\n1\n1\nwww-data\n/\nroot\nroot\nwww-data\n",
    "id: unknown user nosuch\nsu: unknown user nosuch\n",
    0,
  ],
];

describe("processes", () => {
  it.each(TABLE)("%s", async (_behaviour, script, stdout, stderr, code) => {
    expect(await new Busybox().sh(script)).toMatchObject({ stdout, stderr, code });
  });
});
