// Two identity providers on the npm package oidc-provider: one is asked as Google (OpenID Connect), one as GitHub (plain OAuth 2 with an API).
// usage: node providers.mjs GOOGLE_PORT GITHUB_PORT REDIRECT_ORIGIN
// Who signs in is what the request's login_hint says: {"sub":"7","email":"a@example.org","verified":true}, in base64url; "deny" says no.
import http from 'node:http';
import { Provider } from 'oidc-provider';

const [googlePort, githubPort, origin] = process.argv.slice(2);

const users = new Map();

function meet(hint) {
  const user = JSON.parse(Buffer.from(hint, 'base64url').toString());
  users.set(user.sub, { sub: user.sub, email: user.email, email_verified: user.verified });
  return user.sub;
}

function make(port, name, more) {
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{
      client_id: 'test-client',
      client_secret: 'test-secret-test-secret-test-secret-1',
      redirect_uris: [`${origin}/api/v1/auth/oauth/${name}/callback`],
      grant_types: ['authorization_code'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
    }],
    cookies: { keys: ['k'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: [] },
    conformIdTokenClaims: false,
    scopes: ['openid', 'email', 'profile', 'read:user', 'user:email'],
    findAccount: (_, id) => ({ accountId: id, claims: () => users.get(id) }),
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, AuthorizationCode: 60, IdToken: 600 },
    ...more,
  });
  for (const event of ['server_error', 'authorization.error', 'grant.error']) {
    provider.on(event, (_, error) => console.error(event, error.message, error.error_description));
  }
  return provider;
}

async function interact(provider, req, res) {
  const details = await provider.interactionDetails(req, res);
  const hint = details.params.login_hint;
  if (hint === 'deny') {
    return provider.interactionFinished(req, res, { error: 'access_denied', error_description: 'no' });
  }
  if (details.prompt.name === 'login') {
    return provider.interactionFinished(req, res, { login: { accountId: meet(hint) } });
  }
  const grant = new provider.Grant({ accountId: details.session.accountId, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  return provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
}

function serve(provider, port, api) {
  const callback = provider.callback();
  http.createServer(async (req, res) => {
    try {
      if (req.url.startsWith('/interaction/')) return await interact(provider, req, res);
      if (api && await api(req, res)) return;
      callback(req, res);
    } catch (error) {
      console.error(error);
      res.statusCode = 500;
      res.end();
    }
  }).listen(Number(port), '127.0.0.1', () => console.log('ready', port));
}

serve(make(googlePort, 'google'), googlePort);
const github = make(githubPort, 'github', { routes: { authorization: '/login/oauth/authorize', token: '/login/oauth/access_token' } });
serve(github, githubPort, async (req, res) => {
  if (req.url !== '/user' && req.url !== '/user/emails') return false;
  res.setHeader('content-type', 'application/json');
  const token = await github.AccessToken.find((req.headers.authorization ?? '').replace(/^bearer /i, ''));
  if (!token) {
    res.statusCode = 401;
    res.end('{"message":"Bad credentials"}');
    return true;
  }
  const user = users.get(token.accountId);
  res.end(JSON.stringify(req.url === '/user'
    ? { id: Number(user.sub), login: 'somebody' }
    : [{ email: 'other@example.org', primary: false, verified: true }, { email: user.email, primary: true, verified: user.email_verified }]));
  return true;
});
