import { Gate } from "./auth/Gate";
import { Desk } from "./desk/Desk";
import { Broken } from "./desk/Broken";

export const App = () => (
  <Broken>
    <Gate>{(me) => <Desk me={me} />}</Gate>
  </Broken>
);
