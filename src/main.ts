import { bootstrap } from './bootstrap.js';
import { endWithNpm } from './config/end-with-npm.js';

endWithNpm();
await bootstrap();
