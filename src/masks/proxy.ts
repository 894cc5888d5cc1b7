const proxyVariables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

/**
 * Lists the passwords of the proxies, as they are written and as they are sent.
 *
 * @param env the step's environment
 */
export function listProxySecrets(env: NodeJS.ProcessEnv): string[] {
  return proxyVariables.flatMap((name) => {
    const value = (env[name] ?? '').trim();
    const proxy = /^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`;
    return URL.canParse(proxy) ? listUserInfoSecrets(new URL(proxy)) : [];
  });
}

function listUserInfoSecrets({ username, password }: URL): string[] {
  if (password === '') return [];
  const decoded = decodeOr(password);
  return [password, decoded, Buffer.from(`${decodeOr(username)}:${decoded}`).toString('base64')];
}

/** Decodes percent escapes; everything else stays as it is. */
function decodeOr(component: string): string {
  try {
    return decodeURIComponent(component);
  } catch {
    return component;
  }
}
