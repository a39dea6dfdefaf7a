// English, and the shape that every other language has to have.
import app from './app.json';
import events from './events.json';
import failures from './failures.json';
import installers from './installers.json';
import overview from './overview.json';
import problems from './problems.json';
import security from './security.json';
import settings from './settings.json';
import updates from './updates.json';
import words from './words.json';
import workstations from './workstations.json';

export const catalogue = {
  ...app,
  ...events,
  ...failures,
  ...installers,
  ...overview,
  ...problems,
  ...security,
  ...settings,
  ...updates,
  ...words,
  ...workstations,
};

/** Every text of the console by its key. */
export type Catalogue = typeof catalogue;
