import { isLoopback } from '../http/loopback.ts';
import type { InputReader } from './reader.ts';
import { explainCertificateFault } from './certificate-faults.ts';
import {
  CertificateError,
  holdsPrivateKey,
  readCertificates,
  writeCertificates,
} from './certificates.ts';
import { got, text, type Text } from '../log/text.ts';

/** A token endpoint of RFC 6749, or one of Stanford's ACS. */
export type EndpointType = 'oauth2' | 'acs_api';

/** Where a token is requested. */
export interface EndpointInputs {
  /** Undefined where the issuer's metadata names it. */
  readonly tokenUrl: string | undefined;
  /** As it was written: the metadata must have the very same. */
  readonly issuer: string | undefined;
  readonly endpointType: EndpointType;
  readonly caCertificate: string | undefined;
  readonly allowHttp: boolean;
}

/** Reads the inputs of the group Where, and notes what is wrong with them. */
export function readEndpointInputs(reader: InputReader): EndpointInputs {
  const allowHttp = reader.readFlag('allow-http');
  return {
    ...readPlace(reader, allowHttp),
    endpointType: reader.readChoice('endpoint-type', ['oauth2', 'acs_api']),
    caCertificate: readCaCertificate(reader),
    allowHttp,
  };
}

/** Reads `token-url` or `issuer`. One of them is required. */
function readPlace(
  reader: InputReader,
  allowHttp: boolean,
): Pick<EndpointInputs, 'tokenUrl' | 'issuer'> {
  const tokenUrl = readTokenUrl(reader, allowHttp);
  const issuer = readIssuer(reader, allowHttp);
  if (reader.isGiven('token-url') && reader.isGiven('issuer')) {
    reader.complain(text`Set either issuer or token-url, not both`);
  } else if (!reader.isGiven('token-url') && !reader.isGiven('issuer')) {
    reader.miss(text`token-url or issuer is required`);
  }
  return { tokenUrl, issuer };
}

function readTokenUrl(reader: InputReader, allowHttp: boolean): string | undefined {
  const value = reader.read('token-url');
  if (value === undefined) return undefined;
  const fault = findUrlFault(value, allowHttp, 'https://login.example.com/oauth2/token');
  if (fault === undefined) return new URL(value).href;
  reader.complain(text`token-url: ${fault}`);
  return undefined;
}

function readIssuer(reader: InputReader, allowHttp: boolean): string | undefined {
  const value = reader.read('issuer');
  if (value === undefined) return undefined;
  const fault = findIssuerFault(value, allowHttp);
  if (fault === undefined) return value;
  reader.complain(text`issuer: ${fault}`);
  return undefined;
}

/** What is wrong with an issuer (RFC 8414 section 2). */
function findIssuerFault(value: string, allowHttp: boolean): Text | undefined {
  const fault = findUrlFault(value, allowHttp, 'https://login.example.com');
  if (fault !== undefined) return fault;
  if (value.includes('?')) return text`must be a URL without a query (?)`;
  if (!value.includes('/.well-known/')) return undefined;
  return text`must be the issuer itself, the part before /.well-known/`;
}

/** What is wrong with the URL of an endpoint (RFC 6749 section 3.2, RFC 3986 section 3.2.1). */
export function findUrlFault(value: string, allowHttp: boolean, example: string): Text | undefined {
  const echo = echoUrl(value);
  if (/\s/.test(value) || !/^[a-z]+:\/\//i.test(value) || !URL.canParse(value)) {
    return text`${echo}must be a URL such as ${example}`;
  }
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') {
    return text`has a user or password before the host; use client-id and client-secret`;
  }
  if (value.includes('#')) return text`${echo}must be a URL without a fragment (#)`;
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return text`${echo}must begin with https://`;
  if (allowHttp || isLoopback(url.hostname)) return undefined;
  return text`${echo}must begin with https:// (or set allow-http: true)`;
}

/** What stands before an @ or behind a ? may be a secret, and all of it where it is no URL, of which no part is shown. */
function echoUrl(value: string): Text {
  const isUrl = /^https?:\/\//i.test(value) && URL.canParse(value);
  if (value.includes('@') || (!isUrl && /[?#]/.test(value))) return text``;
  return text`${got(value.replace(/([?#]).+/s, '$1...'))}; `;
}

function readCaCertificate(reader: InputReader): string | undefined {
  const value = reader.read('ca-certificate');
  if (value === undefined) return undefined;
  if (holdsPrivateKey(value)) {
    reader.complain(
      text`ca-certificate: has a private key; set it to the certificate of the server's CA only`,
    );
    return undefined;
  }
  try {
    return writeCertificates(readCertificates(value));
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    reader.complain(text`ca-certificate: ${explainCertificateFault(error)}`);
    return undefined;
  }
}
