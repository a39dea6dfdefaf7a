// Before the Windows journeys: the executable that they run is made of the code as it is now.
import { buildClient } from '../support/built-client.ts';

export default buildClient;
