import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A key and a certificate of it, as PEM. */
export type Certified = { readonly key: string; readonly certificate: string };

const DAY_MS = 86_400_000;

/**
 * Makes a certificate for 127.0.0.1 that is its own authority: who is to believe it is given it (`NODE_EXTRA_CA_CERTS`,
 * or `ca` of an agent). Good for a day. Node makes no certificates; of X.509 (RFC 5280) this is what one needs at least.
 */
export function certify(): Certified {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = toBeSigned(publicKey);
  const signature = element(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const der = sequence(body, SIGNED_WITH, signature);
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

function toBeSigned(publicKey: KeyObject): Buffer {
  const name = sequence(element(0x31, sequence(COMMON_NAME, element(0x0c, Buffer.from('Cosmos DB emulator')))));
  const host = element(0x87, Buffer.from([127, 0, 0, 1]));
  return sequence(
    element(0xa0, VERSION_3),
    // The first bit is the sign, and a leading zero would be one too many.
    element(0x02, Buffer.from([0x01]), randomBytes(8)),
    SIGNED_WITH,
    name,
    sequence(utcTime(Date.now() - DAY_MS / 24), utcTime(Date.now() + DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(sequence(ALTERNATIVE_NAME, element(0x04, sequence(host))))),
  );
}

function utcTime(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/\D/g, '').slice(2, 14);
  return element(0x17, Buffer.from(`${digits}Z`));
}

/** An element of DER: what it is, how long it is, and what is in it. */
function element(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return element(0x30, ...parts);
}

function objectId(hex: string): Buffer {
  return element(0x06, Buffer.from(hex, 'hex'));
}

const VERSION_3 = element(0x02, Buffer.from([2]));
/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2 */
const SIGNED_WITH = sequence(objectId('2a8648ce3d040302'));
/** 2.5.4.3 */
const COMMON_NAME = objectId('550403');
/** 2.5.29.17 */
const ALTERNATIVE_NAME = objectId('551d11');
