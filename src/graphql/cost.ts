import type { ApolloServerPlugin } from '@apollo/server';
import type { Cost, Meter } from '../core/meter.ts';
import type { RequestContext } from './context.ts';

/** What a request cost, as `extensions.cost` has it: times rounded to a hundredth of a millisecond. */
export function presentCost({ cost }: Meter, totalMilliseconds: number): Cost {
  const milliseconds: Record<string, number> = { ...cost.milliseconds, total: totalMilliseconds };
  for (const [part, time] of Object.entries(milliseconds)) milliseconds[part] = Math.round(time * 100) / 100;
  return { ...cost, milliseconds };
}

/** Puts the cost into every response, and a line of it into the log. */
export function costPlugin(log: { debug(fields: object, message: string): void }): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () => {
      const started = performance.now();
      return Promise.resolve({
        willSendResponse: ({ response, contextValue, operationName, operation }) => {
          if (response.body.kind === 'single') {
            const cost = presentCost(contextValue.meter, performance.now() - started);
            const result = response.body.singleResult;
            result.extensions = { ...result.extensions, cost };
            log.debug({ operation: operation?.operation, operationName, cost }, 'answered');
          }
          return Promise.resolve();
        },
      });
    },
  };
}
