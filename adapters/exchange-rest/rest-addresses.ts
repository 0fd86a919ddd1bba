/** Addresses of the hosts: the environment's, else the public ones. */
import { PipelineError } from '../../pipeline/errors.js';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Public address of each host by the variable that replaces it. */
export const REST_ADDRESSES = {
  ARES_BINANCE_SPOT_URL: 'https://api.binance.com',
  ARES_BINANCE_USDM_URL: 'https://fapi.binance.com',
  ARES_BINANCE_COINM_URL: 'https://dapi.binance.com',
  ARES_KRAKEN_URL: 'https://api.kraken.com',
  ARES_FEAR_GREED_URL: 'https://api.alternative.me',
  ARES_HASH_RATE_URL: 'https://api.blockchain.info',
} as const;

export type RestAddress = keyof typeof REST_ADDRESSES;

/** The address without a slash at its end. @throws PipelineError InvalidSpec when the variable holds no http or https address */
export function restAddress(env: Environment, name: RestAddress): string {
  const given = env[name]?.trim();
  const text = given === undefined || given === '' ? REST_ADDRESSES[name] : given;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new PipelineError('InvalidSpec', `${name}: expected an http or https address, found ${JSON.stringify(text)}`);
  if (url.username !== '' || url.password !== '')
    throw new PipelineError('InvalidSpec', `${name}: expected an address without user and password, found one at ${url.host}`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
