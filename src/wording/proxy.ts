import type { Annotation } from '../log/log.ts';
import { text, type Text } from '../log/text.ts';
import { nameStatus } from './names.ts';

/** A proxy did not let the request through. */
export function explainProxyRefusal(proxyStatus: number, server: string): Annotation {
  const refused = text`The proxy refused to connect to ${server}: ${nameStatus(proxyStatus)}.`;
  return { title: 'proxy refused', message: text`${refused} ${adviseProxy(proxyStatus)}` };
}

function adviseProxy(proxyStatus: number): Text {
  if (proxyStatus === 407) {
    return text`Add the user and password to the proxy's address: https_proxy=http://USER:PASSWORD@HOST:PORT.`;
  }
  return proxyStatus >= 500
    ? text`Check that the proxy reaches the host, or name the host in no_proxy.`
    : text`Allow the host at the proxy, or name it in no_proxy.`;
}
