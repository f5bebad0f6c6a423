import { serverAudits } from 'graphql-http';
import { startSkein } from '../support/skein.ts';
await using s = await startSkein();
for (const a of serverAudits({ url: s.url, fetchFn: fetch })) { const r = await a.fn(); console.log(r.status, a.id, a.name, r.status==='ok'?'':r.reason); }
