import { readScope, type Viewer } from '../core/identity.ts';
import { startMeter, type Meter } from '../core/meter.ts';
import type { Call } from '../storage/store.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { Services } from './services.ts';

/** Made anew for every request: what it caches must not outlive it, nor reach another viewer. */
export type RequestContext = {
  readonly viewer: Viewer;
  readonly services: Services;
  readonly loaders: Loaders;
  readonly call: Call;
  readonly meter: Meter;
};

export function createContext(services: Services, viewer: Viewer): RequestContext {
  const meter = startMeter();
  const call: Call = { meter };
  return { viewer, services, meter, call, loaders: createLoaders(services.reads, readScope(viewer), call) };
}
