import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("chmod", () => {
  it("octal and symbolic modes", async () => {
    const transcript = `
+ f "x"
$ chmod -v 4755 f
mode of 'f' changed to 4755 (rwsr-xr-x)
$ chmod -v 0 f
mode of 'f' changed to 0000 (---------)
$ chmod -v u+x f
mode of 'f' changed to 0100 (--x------)
$ chmod -v a+rw f
mode of 'f' changed to 0766 (rwxrw-rw-)
$ chmod -v go-w,u-x f
mode of 'f' changed to 0644 (rw-r--r--)
$ chmod -v u+rwx,g=u,o=g-w f
mode of 'f' changed to 0775 (rwxrwxr-x)
$ chmod -v =rw f
mode of 'f' changed to 0644 (rw-r--r--)
$ chmod -v g+s,u+s,+t f
mode of 'f' changed to 7644 (rwSr-Sr-T)
$ chmod -v -s,-t f
mode of 'f' changed to 0644 (rw-r--r--)
$ chmod -v ug+X f
mode of 'f' changed to 0644 (rw-r--r--)
$ chmod -v u=x,g+X f
mode of 'f' changed to 0154 (--xr-xr--)
$ chmod -v u+rw-x+X f
mode of 'f' changed to 0754 (rwxr-xr--)
$ chmod -v u=g f
mode of 'f' changed to 0554 (r-xr-xr--)
$ chmod -v -w f
mode of 'f' changed to 0554 (r-xr-xr--)
027$ chmod -v +w f
mode of 'f' changed to 0754 (rwxr-xr--)
077$ chmod -v =rwx f
mode of 'f' changed to 0700 (rwx------)`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-c tells what changed, -f keeps quiet", async () => {
    const transcript = `
+ f "x"
$ chmod -c a+w f
mode of 'f' changed to 0666 (rw-rw-rw-)
$ chmod -c a+w f
$ chmod -f 644 nx
! chmod: nx: No such file or directory
? 1
nobody$ chmod 777 f
! chmod: f: Operation not permitted
? 1
nobody$ chmod -f 777 f
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("refuses what is no mode before it changes anything", async () => {
    const transcript = `
+ f "x"
$ chmod 999 f
! chmod: invalid mode '999'
? 1
$ chmod u+q f
! chmod: invalid mode 'u+q'
? 1
$ chmod u f
! chmod: invalid mode 'u'
? 1
$ chmod u, f
! chmod: invalid mode 'u,'
? 1
$ chmod 10000 f
! chmod: invalid mode '10000'
? 1
$ chmod 644 nx f
! chmod: nx: No such file or directory
? 1
$ chmod
! (usage)
? 1
$ chmod 644
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-R leaves the links in a tree alone; on the command line a link is its target", async () => {
    const transcript = `
$ mkdir -p D/E
+ D/f "x"
+ f "x"
$ ln -s ../f D/l
$ ln -s f l
$ chmod -v 611 l
mode of 'l' changed to 0611 (rw---x--x)
$ chmod -R u=rwX,go=rX D
$ stat -c '%n %a' D D/E D/f f
D 755
D/E 755
D/f 644
f 611
$ ln -s nx dang
$ chmod 644 dang
! chmod: dang: No such file or directory
? 1
nobody$ chmod -R 777 D/E
! chmod: D/E: Operation not permitted
! chmod: D/E: Operation not permitted
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
