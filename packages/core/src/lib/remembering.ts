/**
 * `work` with a memory of one: asked for the same text or number again, it gives the same answer again. Only for what
 * depends on nothing else.
 */
export function remembering<K extends string | number, T>(work: (of: K) => T): (of: K) => T {
  let last: { readonly of: K; readonly answer: T } | undefined;
  return (of) => {
    if (last?.of !== of) last = { of, answer: work(of) };
    return last.answer;
  };
}

/** `work` on objects that nobody changes: what follows from one of them is made once, and kept as long as it. */
export function rememberingEach<K extends object, T extends object | string>(work: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, T>();
  return (of) => {
    const before = known.get(of);
    if (before !== undefined) return before;
    const answer = work(of);
    known.set(of, answer);
    return answer;
  };
}
