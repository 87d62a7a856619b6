/** Who works here: OpenID Connect, authorisation code flow with PKCE, against the configured issuer. */
import { ErrorResponse, UserManager, WebStorageStateStore } from "oidc-client-ts";

export const SIGN_IN_PATH = "/signin";

let manager: Promise<UserManager> | null = null;
let renewal: Promise<string | null> | null = null;
let ended = false;
const listeners = new Set<() => void>();

async function configured(): Promise<UserManager> {
  const answer = await fetch("/config.json");
  if (!answer.ok) throw new Error(`config.json: HTTP ${answer.status}`);
  const { issuer, client_id } = (await answer.json()) as { issuer: string; client_id: string };
  return new UserManager({
    authority: issuer,
    client_id,
    redirect_uri: `${location.origin}${SIGN_IN_PATH}`,
    post_logout_redirect_uri: `${location.origin}/`,
    scope: "openid profile",
    automaticSilentRenew: false, // renewed when a token is needed: one way, one place
    loadUserInfo: false,
    userStore: new WebStorageStateStore({ store: sessionStorage }),
  });
}

function userManager(): Promise<UserManager> {
  manager ??= configured().catch((error: unknown) => {
    manager = null;
    throw error;
  });
  return manager;
}

/** The token of whoever is signed in; finishes a sign-in that has just come back. */
export async function currentToken(): Promise<string | null> {
  const users = await userManager();
  if (location.pathname === SIGN_IN_PATH) await finishSignIn(users);
  const user = await users.getUser();
  if (!user) return null;
  return user.expired || (user.expires_in ?? 60) < 30 ? renewedToken() : user.access_token;
}

let finishing: Promise<void> | null = null;

function finishSignIn(users: UserManager): Promise<void> {
  finishing ??= users
    .signinRedirectCallback()
    .then((user) => (typeof user.state === "string" ? user.state : "/"))
    .catch(() => "/") // an old or foreign code: simply sign in again
    .then((back) => history.replaceState(null, "", back.startsWith("/") && !back.startsWith("//") ? back : "/"));
  return finishing;
}

/** A new token, asked for once however many need it; none: the issuer wants a person to sign in. */
export function renewedToken(): Promise<string | null> {
  renewal ??= renew().finally(() => (renewal = null));
  return renewal;
}

async function renew(): Promise<string | null> {
  const users = await userManager();
  try {
    const user = await users.signinSilent();
    if (user) return user.access_token;
  } catch (error) {
    if (!(error instanceof ErrorResponse)) throw error; // the line is down, not the session
  }
  ended = true;
  listeners.forEach((listener) => listener());
  return null;
}

/** In the hidden frame of a silent renewal: hand the answer over, show nothing. */
export async function finishInFrame(): Promise<void> {
  await (await userManager()).signinSilentCallback();
}

export const hasEnded = (): boolean => ended;

export function onEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Go to the issuer, and come back to the same place. */
export async function signIn(): Promise<void> {
  const users = await userManager();
  const back = location.pathname === SIGN_IN_PATH ? "/" : `${location.pathname}${location.search}`;
  await users.signinRedirect({ state: back });
}

/** Leave, and leave nothing of the customers' words behind in this tab. */
export async function signOut(): Promise<void> {
  const users = await userManager();
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("resonanz-")) sessionStorage.removeItem(key);
  await users.signoutRedirect().catch(async () => {
    await users.removeUser();
    location.assign("/");
  });
}
