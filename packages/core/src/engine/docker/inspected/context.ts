/**
 * The Go types of `docker context inspect`. What is stored of a context stands inside of the whole under the name of its
 * type, so that `.Metadata` is all of it. Model: docker/cli cli/command/context contextWithTLSListing, cli/context/store.
 */
import { ANY, BOOL, fields, type Method, mapOf, optional, STRING, STRINGS, struct } from "../template/type.ts";

const ENDPOINTS = mapOf(struct("docker.EndpointMeta", optional("Host", STRING), fields(BOOL, "SkipTLSVerify")));

const METADATA = struct(
  "store.Metadata",
  fields(STRING, "Name"),
  fields(ANY, "Metadata"),
  fields(ENDPOINTS, "Endpoints"),
);

const WHOLE = struct(
  "context.contextWithTLSListing",
  fields(STRING, "Name"),
  fields(ANY, "Metadata"),
  fields(ENDPOINTS, "Endpoints"),
  fields(mapOf(STRINGS), "TLSMaterial"),
  fields(struct("store.StorageInfo", fields(STRING, "MetadataPath TLSPath")), "Storage"),
);

const stored: Method = { parameters: [], returns: METADATA, call: (context) => context };

export const INSPECTED_CONTEXT = { ...WHOLE, methods: new Map([["Metadata", stored]]) };
