import { describe, expect, test } from "vitest";
import { parseSchedule } from "./cron-schedule.ts";

const parse = (text: string) => {
  const complaints: string[] = [];
  const schedule = parseSchedule(text.split(" "), (field) => complaints.push(field));
  return { schedule, complaints };
};

describe("a line of a crontab", () => {
  test("names values, ranges, steps and lists of them", () => {
    const { schedule, complaints } = parse("*/20,7 22-2 1,15 jan-mar *");
    expect([...schedule.minutes]).toEqual([0, 20, 40, 7]);
    expect([...schedule.hours]).toEqual([22, 23, 0, 1, 2]);
    expect([...schedule.days]).toEqual([1, 15]);
    expect([...schedule.months]).toEqual([0, 1, 2]);
    expect(complaints).toEqual([]);
  });

  test("goes by days or weekdays, whichever leaves something out, or by either", () => {
    expect([...parse("0 0 * * mon").schedule.days]).toEqual([]);
    expect([...parse("0 0 3 * *").schedule.weekdays]).toEqual([]);
    const both = parse("0 0 3 * 0").schedule;
    expect([...both.days, ...both.weekdays]).toEqual([3, 0]);
  });

  test("complains of fields that make no sense", () => {
    expect(parse("61 x 0-99 */0 *").complaints).toEqual(["61", "x", "0-99", "*/0"]);
  });
});
