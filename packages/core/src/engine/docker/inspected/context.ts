/**
 * The Go types of `docker context inspect`. What is stored of a context stands inside of the whole under the name of its
 * type, so that `.Metadata` is all of it. Model: docker/cli cli/command/context contextWithTLSListing, cli/context/store.
 */
import { ANY, ANY_MAP, fields, type Method, mapOf, STRING, STRINGS, struct } from "../template/type.ts";

const METADATA = struct(
  "store.Metadata",
  fields(STRING, "Name"),
  fields(ANY, "Metadata"),
  fields(ANY_MAP, "Endpoints"),
);

const WHOLE = struct(
  "context.contextWithTLSListing",
  fields(STRING, "Name"),
  fields(ANY, "Metadata"),
  fields(ANY_MAP, "Endpoints"),
  fields(mapOf(STRINGS), "TLSMaterial"),
  fields(struct("store.StorageInfo", fields(STRING, "MetadataPath TLSPath")), "Storage"),
);

const stored: Method = { parameters: [], returns: METADATA, call: (context) => context };

export const INSPECTED_CONTEXT = { ...WHOLE, methods: new Map([["Metadata", stored]]) };
