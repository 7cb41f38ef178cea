/** The list of `docker search`. Model: docker/cli cli/command/registry/formatter_search.go. */
import { type Columns, columns, listFormat, renderList } from "../format.ts";
import { ellipsis } from "../values/width.ts";

/** A repository as `GET /images/search` gives it. */
export interface SearchResult {
  readonly name: string;
  readonly description: string;
  readonly star_count: number;
  readonly is_official: boolean;
}

interface SearchRow {
  readonly result: SearchResult;
  readonly truncate: boolean;
}

const DESCRIPTION_WIDTH = 45;

const SEARCH_COLUMNS: Columns<SearchRow> = columns(
  "registry.searchContext",
  { Name: "NAME", Description: "DESCRIPTION", StarCount: "STARS", IsOfficial: "OFFICIAL" },
  {
    Description: ({ result, truncate }) => {
      const line = result.description.replaceAll("\n", " ").replaceAll("\r", " ");
      return truncate ? ellipsis(line, DESCRIPTION_WIDTH) : line;
    },
    IsOfficial: ({ result }) => (result.is_official ? "[OK]" : ""),
    Name: ({ result }) => result.name,
    StarCount: ({ result }) => `${result.star_count}`,
  },
  { json: { IsOfficial: ({ result }) => `${result.is_official}` } },
);

const TABLE = "table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}";

/** @throws ValueError for a wrong template */
export function renderSearch(
  results: readonly SearchResult[],
  { format, noTrunc }: { readonly format: string; readonly noTrunc: boolean },
): string {
  const rows = results.map((result) => ({ result, truncate: !noTrunc }));
  return renderList(listFormat(format, TABLE), SEARCH_COLUMNS, rows);
}
