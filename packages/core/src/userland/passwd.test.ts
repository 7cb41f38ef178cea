import { describe, expect, it } from "vitest";
import { Busybox } from "../testing/busybox.ts";

const PASSWD = [
  "bad",
  "#c:x:1:1::/:/s",
  "+nis:x:2:2::/:/s",
  " sp :x: 3 :3:a b : /home/sp :/s",
  "",
  "neg:x:-1:5::/:/s",
  "few:x:7:7",
  "ok:x:10:10:a:/b:/c",
  "nogid:x:11:x::/:/s",
];

describe("/etc/passwd", () => {
  it("takes records with seven fields, complains about others on the way, and strips blanks", async () => {
    const box = new Busybox();
    await box.run(["rm", "/etc/passwd"]);
    box.write("/etc/passwd", `${PASSWD.join("\n")}\n`);
    box.write("/f", "");
    const owner = async (uid: number) => {
      await box.run(["chown", String(uid), "/f"]);
      const { stdout, stderr } = await box.run(["stat", "-c", "%U", "/f"]);
      return [stdout.trim(), stderr.split("bad record").length - 1];
    };
    expect(await owner(2)).toEqual(["+nis", 1]);
    expect(await owner(3)).toEqual(["sp", 1]);
    expect(await owner(10)).toEqual(["ok", 2]);
    expect(await owner(11)).toEqual(["UNKNOWN", 2]);
    expect(await owner(1)).toEqual(["UNKNOWN", 2]);
  });

  it("names an owner by user, by number and by group", async () => {
    const box = new Busybox();
    box.write("/f", "");
    const chown = async (owner: string) => {
      const { stderr } = await box.run(["chown", owner, "/f"]);
      return stderr || (await box.run(["stat", "-c", "%u:%g", "/f"])).stdout;
    };
    expect(await chown("www-data:staff")).toBe("33:50\n");
    expect(await chown("daemon:")).toBe("1:1\n");
    expect(await chown("1234:")).toBe("1234:1234\n");
    expect(await chown(":44")).toBe("1234:44\n");
    expect(await chown("nosuch")).toBe("chown: unknown user nosuch\n");
    expect(await chown("nosuch:0")).toBe("chown: unknown user/group nosuch:0\n");
    expect(await chown(":nosuch")).toBe("chown: unknown group nosuch\n");
  });

  it("knows nobody without the file", async () => {
    const box = new Busybox();
    await box.run(["rm", "/etc/passwd", "/etc/group"]);
    expect(await box.run(["stat", "-c", "%U %G", "/"])).toMatchObject({ stdout: "UNKNOWN UNKNOWN\n", stderr: "" });
  });
});
