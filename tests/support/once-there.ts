/** Stands for something that is there later, while tests run: what is asked of it is asked of that. */
export function onceThere<Thing extends object>(find: () => Thing | undefined): Thing {
  return new Proxy({} as Thing, {
    get: (_none, name) => {
      const thing = find();
      if (thing === undefined) throw new Error(`${String(name)} was asked for before the tests began.`);
      const member: unknown = Reflect.get(thing, name);
      return typeof member === 'function' ? (member.bind(thing) as unknown) : member;
    },
  });
}
