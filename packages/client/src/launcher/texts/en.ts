// What the person at the workstation reads, in English: the catalogue that the others follow.

/** Texts by key; `{name}` stands for a value. */
export const en = {
  'available.title': 'Version {target} is available. You have {installed}.',
  'available.nothing-installed': 'Version {target} is available. It is not installed yet.',
  'available.duration': 'It takes about {minutes} min; the application will close.',
  'available.required-from': 'Required from {cutoff} (your time).',
  'required.title': 'Your organization requires this update before you can continue.',
  'required.cutoff-passed': 'It was required from {cutoff} (your time).',
  'prohibited.title': 'This version is prohibited by your administrator. Code {code}.',
  'prohibited.unknown': 'This version is not known to your administrator. Code {code}.',
  'prohibited.reason': 'Reason: {reason}',
  'pending.title': 'This workstation waits for approval by your administrator. Code {code}.',
  'disabled.title': 'This workstation was disabled by your administrator. Code {code}.',
  'not-activated.title':
    'This workstation is not activated. Ask your administrator for an installation key. Code {code}.',
  'workstation.id': 'Workstation: {id}',
  'nothing-installed.title': 'The application is not installed, and no update is planned for it. Code {code}.',
  'expired.title': 'The rules of {issued} have expired, and the server cannot be reached. Code {code}.',
  'offline.title': 'The server cannot be reached. The rules of {issued} apply.',
  'notes.title': 'What is new:',
  'pass.title': 'A pass allows starting until {until}.',
  'progress.downloading': 'Downloading {done} of {total} MB',
  'progress.time-left': '{seconds} s left',
  'progress.verifying': 'Verifying',
  'progress.closing': 'Closing the application',
  'progress.installing': 'Installing',
  'progress.retrying': 'Another installation is running. Trying again in {seconds} s.',
  'progress.rolling-back': 'Putting the previous version back',
  'progress.starting': 'Starting',
  'done.title': 'Updated to {target}.',
  'done.restart': 'A restart of the machine is needed to finish. Code 2045.',
  'recovered.finished': 'An interrupted update to {target} was finished.',
  'recovered.rolled-back': 'An interrupted update to {target} was undone; {installed} is installed.',
  'failed.title': 'The update failed. Code {code}.',
  'failed.installer-code': 'Windows Installer {exitCode}: {sentence}',
  'failed.support': 'Support id: {id}',
  'failed.continues': '{installed} is started instead.',
  'failed.2028': 'The version that was to be installed is prohibited.',
  'failed.2040': 'The installer could not be downloaded.',
  'failed.2041': 'The installer is not the one that was approved; it was not installed.',
  'failed.2042': 'The installer reported an error.',
  'failed.2043': 'There is not enough disk space: {needed} MB are needed, {free} MB are free.',
  'failed.2044': 'Another installation is running on this machine. Try again when it has finished.',
  'failed.2046': 'The update failed, and the previous version was put back.',
  'failed.other': 'The update could not be carried out.',
  'choice.update-now': 'Update now',
  'choice.not-now': 'Not now',
  'choice.exit': 'Exit',
  'choice.install': 'Install {target}',
  'choice.try-again': 'Try again',
  'choice.save-logs': 'Save logs',
  'choice.continue': 'Continue with {installed}',
  'choice.copy-details': 'Copy details',
  'choice.ask': 'Your choice',
  'logs.saved': 'Saved to {path}.',
} as const;

/** A text's key. */
export type TextKey = keyof typeof en;

/** A whole catalogue. */
export type Catalogue = Readonly<Record<TextKey, string>>;
