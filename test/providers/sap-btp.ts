import type { ProviderRequest } from '../support/making/provider-request.ts';

/** Ids of the service hold characters that a form has to encode. */
const clientId = 'sb-0a1b2c3d!b1234|service-manager!b3';

const rest = {
  answer: {
    status: 200,
    body: {
      access_token: 'made-up.xsuaa.token',
      token_type: 'bearer',
      expires_in: 43_199,
      scope: 'service-manager!b3.subaccount_service_instances_read uaa.resource',
      jti: '0a1b2c3d4e5f',
    },
  },
  outputs: {
    'token-type': 'bearer',
    'expires-in': '43198',
    scope: 'service-manager!b3.subaccount_service_instances_read uaa.resource',
    response: '{"jti":"0a1b2c3d4e5f"}',
  },
} as const;

export const requests: readonly ProviderRequest[] = [
  {
    example: 'examples/sap-btp.yml',
    page: 'https://github.com/SAP-docs/btp-cloud-platform/blob/main/docs/30-development/implementing-custom-token-retrieval-from-sap-authorization-and-trust-management-service-w-63fd9f1.md',
    values: { 'secrets.XSUAA_CLIENT_ID': clientId },
    request: {
      method: 'POST',
      url: 'https://acme.authentication.cert.eu10.hana.ondemand.com/oauth/token',
      body: { grant_type: 'client_credentials', client_id: clientId },
      clientCertificate: true,
    },
    ...rest,
  },
  {
    example: 'examples/sap-btp-secret.yml',
    page: 'https://github.com/SAP/cloud-security-services-integration-library/issues/318',
    values: { 'secrets.XSUAA_CLIENT_ID': clientId, 'secrets.XSUAA_CLIENT_SECRET': 'a+b/c$d=e' },
    request: {
      method: 'POST',
      url: 'https://acme.authentication.eu10.hana.ondemand.com/oauth/token',
      body: {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: 'a+b/c$d=e',
      },
    },
    ...rest,
  },
];
