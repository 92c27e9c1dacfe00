/** Work that is being done in this process, by key. */
export interface InFlight {
  /**
   * Does the work, or joins the same work that is being done already. `first` tells whose work it is: exactly one of the
   * concurrent callers of a key is told true. Forgets the key when the work is done, so it caches nothing.
   */
  join<Answer>(
    key: string,
    work: () => Promise<Answer>,
  ): { readonly first: boolean; readonly answer: Promise<Answer> };
}

export function createInFlight(): InFlight {
  const pending = new Map<string, Promise<unknown>>();
  return {
    join<Answer>(key: string, work: () => Promise<Answer>) {
      const known = pending.get(key) as Promise<Answer> | undefined;
      if (known !== undefined) return { first: false, answer: known };
      const answer = work().finally(() => pending.delete(key));
      pending.set(key, answer);
      return { first: true, answer };
    },
  };
}
