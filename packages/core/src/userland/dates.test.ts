import { describe, expect, it } from "vitest";
import { civilOf, epochOf, parseDate, strftime, strptime, zoneOf } from "./dates.ts";

const at = (seconds: number) => civilOf(seconds * 1_000_000);
/** 2026-11-21 05:32:42, a Saturday. */
const NOW = at(1_795_239_162);
const parsed = (text: string) => {
  const us = parseDate(text, { ...NOW, hour: 0, minute: 0, second: 0 });
  return us === undefined ? undefined : strftime("%Y-%m-%d %H:%M:%S", civilOf(us));
};

describe("civil time", () => {
  it("goes there and back, also before 1970 and across leap days", () => {
    for (const seconds of [0, -1, 951_782_400, 951_868_800, 4_107_542_400, -62_135_596_800, 253_402_300_800]) {
      expect(epochOf(at(seconds))).toBe(seconds * 1_000_000);
    }
    expect(at(951_782_400)).toMatchObject({ year: 2000, month: 2, day: 29, weekday: 2, yearDay: 59 });
    expect(at(-1)).toMatchObject({ year: 1969, month: 12, day: 31, hour: 23, minute: 59, second: 59 });
  });

  it("carries fields beyond their range", () => {
    expect(epochOf({ ...at(0), year: 2001, month: 2, day: 31 })).toBe(983_577_600_000_000);
    expect(epochOf({ ...at(0), year: 2026, month: 0, day: 0 })).toBe(1_764_460_800_000_000);
  });

  it("reads POSIX time zones; what it cannot read is UTC under its letters", () => {
    expect(zoneOf("XYZ-3:30")).toEqual({ name: "XYZ", offsetSeconds: 12_600 });
    expect(zoneOf("<+03>-3")).toEqual({ name: "+03", offsetSeconds: 10_800 });
    expect(zoneOf("EST5")).toEqual({ name: "EST", offsetSeconds: -18_000 });
    expect(zoneOf("Europe/Berlin")).toEqual({ name: "Europe", offsetSeconds: 0 });
    expect(zoneOf(undefined)).toEqual({ name: "UTC", offsetSeconds: 0 });
  });
});

describe("strftime", () => {
  it("has every conversion of the C locale", () => {
    const text = strftime("%a %A %b %B %c|%C %d %D %e %F|%g %G %h %H %I %j %k %l|%m %M %p %P %r|%R %S %T %u|", NOW);
    expect(text).toBe(
      "Sat Saturday Nov November Sat Nov 21 05:32:42 2026|20 21 11/21/26 21 2026-11-21|26 2026 Nov 05 05 325  5  5|" +
        "11 32 AM am 05:32:42 AM|05:32 42 05:32:42 6|",
    );
    expect(strftime("%s %U %V %w %W %x %X %y %Y %z %Z %%%n%t", NOW)).toBe(
      "1795239162 46 47 6 46 11/21/26 05:32:42 26 2026 +0000 UTC %\n\t",
    );
  });

  it("takes flags and widths as glibc does", () => {
    const newYear = at(1_136_073_600);
    expect(strftime("%010d|%10a|%-d|%_m|%^B|%#p|%010a|%-10d|%06y|%012F|%_12F|%20D", newYear)).toBe(
      "0000000001|       Sun|1| 1|JANUARY|am|0000000Sun|         1|000006|002006-01-01|  2006-01-01|            01/01/06",
    );
    expect(strftime("%10z|%_z|%-z|%^c|%12s", newYear)).toBe(
      "         +0000000000|+   0|+0|SUN JAN  1 00:00:00 2006|  1136073600",
    );
  });

  it("leaves alone what is no conversion", () => {
    expect(strftime("%Q|%10Q|%E|%Ea|%EY|%OS|%+5d|%:z|%N|%", at(0))).toBe("%Q|      %10Q|%E|%Ea|1970|00|%+5d|%:z|%N|%");
  });

  it("counts ISO weeks across the turn of the year", () => {
    const weeks = [-62_135_596_800, 253_402_300_800, 99_999_999_999_999].map((s) => strftime("%G-%V %U %W", at(s)));
    expect(weeks).toEqual(["1-01 00 01", "9999-52 00 00", "3170843-45 44 44"]);
  });
});

describe("strptime", () => {
  const read = (format: string, text: string) => {
    const found = strptime(text, format, { ...NOW, hour: 0, minute: 0, second: 0 });
    return found && `${strftime("%F %T", civilOf(epochOf(found.civil)))}${found.rest}`;
  };

  it("reads names, numbers, compounds and what they combine to", () => {
    expect(read("%e %B %C %y %I %p", "3 feb 19 55 11 pm")).toBe("1955-02-03 23:00:00");
    expect(read("%D %r", "02/03/69 01:02:03 PM")).toBe("1969-02-03 13:02:03");
    expect(read("%j %Y", "40 2001")).toBe("2001-02-09 00:00:00");
    expect(read("%y %U %w", "01 5 3")).toBe("2001-02-07 00:00:00");
    expect(read("%Y%m%d", "20010203 rest")).toBe("2001-02-03 00:00:00 rest");
    expect(read("%s", "1234")).toBe("1970-01-01 00:20:34");
    expect(read("%C", "19")).toBe("1900-11-21 00:00:00");
  });

  it("refuses what is out of range", () => {
    expect(read("%d", "45")).toBe("2026-11-04 00:00:005");
    expect(read("%H:%M", "24:00")).toBeUndefined();
    expect(read("%m", "13")).toBeUndefined();
    expect(read("%Q", "x")).toBeUndefined();
  });
});

describe("parseDate", () => {
  it("takes the forms of busybox", () => {
    expect(
      ["12:34", "1:2", "01.02-03:04:05", "2001.02.03-04:05", "Feb 3 04:05:06 2001", "2001-02-03 04", "2001-2-3"].map(
        parsed,
      ),
    ).toEqual([
      "2026-11-21 12:34:00",
      "2026-11-21 01:02:00",
      "2026-01-02 03:04:05",
      "2001-02-03 04:05:00",
      "2001-02-03 04:05:06",
      "2001-02-03 04:00:00",
      "2001-02-03 00:00:00",
    ]);
    expect(["@-5", "2001-02-31", "2001-02-03 23:59:60", "2001-02-03 04:05:06 -08:00"].map(parsed)).toEqual([
      "1969-12-31 23:59:55",
      "2001-03-03 00:00:00",
      "2001-02-04 00:00:00",
      "2001-02-03 12:05:06",
    ]);
  });

  it("takes the digits of touch -t, in the century that is nearest", () => {
    expect(["12", "1234.56", "02031234", "9902031234", "7602031234", "7702031234", "00001234"].map(parsed)).toEqual([
      "2026-11-21 00:12:00",
      "2026-11-21 12:34:56",
      "2026-02-03 12:34:00",
      "1999-02-03 12:34:00",
      "2076-02-03 12:34:00",
      "1977-02-03 12:34:00",
      "2025-11-30 12:34:00",
    ]);
  });

  it("refuses everything else", () => {
    const wrong = [
      "",
      "now",
      "@1.5",
      "@+5",
      "@-1",
      "12:34 ",
      "2001-02-03T04:05:06",
      "2001-13-01",
      "1234.567",
      "99",
      "12.61",
    ];
    for (const text of [...wrong, "20010203", "10000-01-01", "2001-02-03 24:00", "@999999999999999999"]) {
      expect(parsed(text), text).toBeUndefined();
    }
  });
});
