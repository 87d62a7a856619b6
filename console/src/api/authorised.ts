/** Requests with the token of who works here; a token that has just expired is renewed once. */
import { currentToken, renewedToken } from "../auth/session";

export async function authorisedFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await fetch(signed(request, await currentToken()));
  if (answer.status !== 401) return answer;
  const token = await renewedToken();
  return token ? fetch(signed(again, token)) : answer;
}

function signed(request: Request, token: string | null): Request {
  if (token) request.headers.set("authorization", `Bearer ${token}`);
  return request;
}
