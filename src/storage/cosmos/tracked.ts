/**
 * A port whose calls are known while they are under way, so that closing can wait for them.
 * @param begin throws when nothing may begin any more
 */
export function tracked<Port extends object>(port: Port, begin: () => void, underWay: Set<Promise<unknown>>): Port {
  return new Proxy(port, {
    get(target, name, receiver): unknown {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        begin();
        const work: unknown = Reflect.apply(method, target, args);
        if (!(work instanceof Promise)) return work;
        underWay.add(work);
        try {
          return await work;
        } finally {
          underWay.delete(work);
        }
      };
    },
  });
}
