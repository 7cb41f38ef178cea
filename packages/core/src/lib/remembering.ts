/**
 * `work` with a memory of one: asked for the same text again, it gives the same answer again. Only for what depends on
 * nothing but the text.
 */
export function remembering<T>(work: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly answer: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, answer: work(text) };
    return last.answer;
  };
}

/** `work` on objects that nobody changes: what follows from one of them is made once, and kept as long as it. */
export function rememberingEach<K extends object, T extends object>(work: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, T>();
  return (of) => {
    const before = known.get(of);
    if (before !== undefined) return before;
    const answer = work(of);
    known.set(of, answer);
    return answer;
  };
}
