/**
 * Days counted from 1970, on the proleptic Gregorian calendar.
 *
 * @see mktime(3)
 */
const DAYS_PER_400_YEARS = 146_097;
/** 1970-01-01 counted from 0000-03-01, where a year that ends with February begins. */
const EPOCH_DAY = 719_468;

/** The days since 1970 of a date; months beyond a year carry. */
export function dayOfDate(year: number, month: number, day: number): number {
  const monthFromMarch = modulo(month - 3, 12);
  const marchYear = year + Math.floor((month - 3) / 12);
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_400_YEARS + dayOfEra - EPOCH_DAY;
}

/** Year, month and day of a day counted from 1970. */
export function dateOfDay(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + EPOCH_DAY;
  const era = Math.floor(shifted / DAYS_PER_400_YEARS);
  const dayOfEra = shifted - era * DAYS_PER_400_YEARS;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return [era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day];
}

/** The remainder that is never negative. */
export function modulo(a: number, b: number): number {
  return ((a % b) + b) % b;
}
