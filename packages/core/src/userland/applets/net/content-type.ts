/** Types of files by the ends of their names, as httpd knows them. */
const TYPES: Readonly<Record<string, string>> = {
  txt: "text/plain",
  h: "text/plain",
  c: "text/plain",
  cc: "text/plain",
  cpp: "text/plain",
  htm: "text/html",
  html: "text/html",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  png: "image/png",
  svg: "image/svg+xml",
  css: "text/css",
  js: "application/javascript",
  wav: "audio/wav",
  avi: "video/x-msvideo",
  qt: "video/quicktime",
  mov: "video/quicktime",
  mpe: "video/mpeg",
  mpeg: "video/mpeg",
  mid: "audio/midi",
  midi: "audio/midi",
  mp3: "audio/mpeg",
};

/** `undefined` for a file of no known type: then nothing is said about it. */
export function contentType(path: string, more: ReadonlyMap<string, string>): string | undefined {
  const dot = path.lastIndexOf(".");
  const suffix = dot < 0 ? "" : path.slice(dot + 1);
  const own = more.get(suffix);
  if (own !== undefined) return own;
  return Object.hasOwn(TYPES, suffix) ? TYPES[suffix] : undefined;
}
