// Languages as Windows writes them (LCID) and as everybody else does (BCP 47), brought together.

// Windows' own numbers ([MS-LCID], section 2.2, "LCID Structure"). A name without a script stands for the script that
// Windows takes for it.
const table = `
ar-SA 1025, bg-BG 1026, ca-ES 1027, zh-TW 1028, zh-Hant-TW 1028, cs-CZ 1029, da-DK 1030, de-DE 1031, el-GR 1032,
en-US 1033, es-ES 3082, es-ES-tradnl 1034, fi-FI 1035, fr-FR 1036, he-IL 1037, hu-HU 1038, is-IS 1039, it-IT 1040,
ja-JP 1041, ko-KR 1042, nl-NL 1043, nb-NO 1044, nn-NO 2068, pl-PL 1045, pt-BR 1046, rm-CH 1047, ro-RO 1048,
ru-RU 1049, hr-HR 1050, sk-SK 1051, sq-AL 1052, sv-SE 1053, th-TH 1054, tr-TR 1055, ur-PK 1056, id-ID 1057,
uk-UA 1058, be-BY 1059, sl-SI 1060, et-EE 1061, lv-LV 1062, lt-LT 1063, tg-TJ 1064, fa-IR 1065, vi-VN 1066,
hy-AM 1067, az-AZ 1068, eu-ES 1069, mk-MK 1071, af-ZA 1078, ka-GE 1079, hi-IN 1081, mt-MT 1082, ms-MY 1086,
kk-KZ 1087, sw-KE 1089, uz-UZ 1091, bn-IN 1093, pa-IN 1094, gu-IN 1095, ta-IN 1097, te-IN 1098, kn-IN 1099,
ml-IN 1100, mr-IN 1102, mn-MN 1104, cy-GB 1106, gl-ES 1110, ar-IQ 2049, zh-CN 2052, zh-Hans-CN 2052, de-CH 2055,
en-GB 2057, es-MX 2058, fr-BE 2060, it-CH 2064, nl-BE 2067, pt-PT 2070, ro-MD 2072, sv-FI 2077, bn-BD 2117,
ar-EG 3073, zh-HK 3076, zh-Hant-HK 3076, de-AT 3079, en-AU 3081, fr-CA 3084, ar-LY 4097, zh-SG 4100,
zh-Hans-SG 4100, de-LU 4103, en-CA 4105, es-GT 4106, fr-CH 4108, hr-BA 4122, ar-DZ 5121, zh-MO 5124,
zh-Hant-MO 5124, de-LI 5127, en-NZ 5129, es-CR 5130, fr-LU 5132, bs-BA 5146, ar-MA 6145, en-IE 6153, es-PA 6154,
fr-MC 6156, ar-TN 7169, en-ZA 7177, es-DO 7178, ar-OM 8193, en-JM 8201, es-VE 8202, bs-Cyrl-BA 8218, ar-YE 9217,
es-CO 9226, sr-RS 9242, ar-SY 10241, en-BZ 10249, es-PE 10250, sr-Cyrl-RS 10266, ar-JO 11265, en-TT 11273,
es-AR 11274, ar-LB 12289, en-ZW 12297, es-EC 12298, ar-KW 13313, en-PH 13321, es-CL 13322, ar-AE 14337,
es-UY 14346, ar-BH 15361, es-PY 15370, ar-QA 16385, en-IN 16393, es-BO 16394, en-MY 17417, es-SV 17418,
en-SG 18441, es-HN 18442, es-NI 19466, es-PR 20490, es-US 21514, zh-Hans 4, zh-Hant 31748, sr-Cyrl 27674,
sr-Latn 28698, bs-Latn 26650, bs-Cyrl 25626`;

const lcidOfTag = new Map<string, number>();
const nameOfLcid = new Map<number, string>();
const nameOfPrimary = new Map<number, string>();
for (const entry of table.trim().split(/,\s+/)) {
  const [tag = '', number] = entry.split(' ');
  const lcid = Number(number);
  const [name = ''] = tag.toLowerCase().split('-');
  lcidOfTag.set(tag.toLowerCase(), lcid);
  nameOfLcid.set(lcid, name);
  if (!nameOfPrimary.has(lcid & 0x3ff)) nameOfPrimary.set(lcid & 0x3ff, name);
}

/** A language, as far as it can be told from what was given. */
export interface Language {
  /** Windows' number; null where it is unknown for this name, or the name has no region. */
  readonly lcid: number | null;
  /** Lower-case name without script and region ("pt"); null where the number is unknown. */
  readonly name: string | null;
  /** False for a language as such ("pt", or 22), which every region of it speaks. */
  readonly hasRegion: boolean;
}

/**
 * Reads a decimal LCID ("1046") or a BCP 47 tag ("pt-BR", "zh-Hant-TW", "pt"). Null for no text, for neutral (0), and
 * for what is neither.
 */
export function parseLanguage(text: string | null): Language | null {
  if (text === null) return null;
  if (/^[0-9]{1,6}$/.test(text)) return fromLcid(Number(text));
  const match = /^([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?(?:-[A-Za-z0-9-]+)?$/.exec(text);
  if (match === null) return null;
  const [language = '', script, region] = match.slice(1).map((part: string | undefined) => part?.toLowerCase());
  const names = [
    [language, script, region],
    [language, region],
  ].map((parts) => parts.filter((part) => part !== undefined).join('-'));
  const known = [text.toLowerCase(), ...names].find((name) => lcidOfTag.has(name));
  const lcid = known === undefined ? null : (lcidOfTag.get(known) ?? null);
  return { lcid, name: language, hasRegion: region !== undefined };
}

function fromLcid(lcid: number): Language | null {
  if (lcid === 0) return null;
  // [MS-LCID]: the lower 10 bits are the language; a sublanguage of 0 is the language as such.
  return {
    lcid,
    name: nameOfLcid.get(lcid) ?? nameOfPrimary.get(lcid & 0x3ff) ?? null,
    hasRegion: lcid >> 10 !== 0 && !isScriptAlone(lcid),
  };
}

function isScriptAlone(lcid: number): boolean {
  // zh-Hant, sr-Cyrl and the like: sublanguages 0x19 to 0x1f without a region.
  return lcid >> 10 >= 0x19 && lcid >> 10 <= 0x1f;
}
