import {readFileSync,readdirSync,statSync} from 'fs'; import {join} from 'path'; import {parse} from 'yaml';
const ids=new Set(), rights=new Set(), names=new Set();
for(const f of readdirSync('catalog').filter(f=>f.endsWith('.yaml')&&!f.endsWith('.test.yaml'))){const d=parse(readFileSync('catalog/'+f,'utf8'));for(const k of ['plans','actions','packs'])Object.keys(d[k]).forEach(i=>ids.add(i));Object.values(d.plans).forEach(p=>{names.add(p.name);Object.keys(p.rights??{}).forEach(r=>rights.add(r))})}
['privateWork','commercialUse','watermark','addOns'].forEach(r=>rights.delete(r));
const walk=d=>readdirSync(d).flatMap(n=>{const p=join(d,n);return statSync(p).isDirectory()?walk(p):[p]});
const files=['src','migrations','dev'].flatMap(walk).filter(f=>!/\.test\.ts$/.test(f));
const alt=s=>[...s].join('|');
const words=[...ids,...rights].filter(i=>/[_A-Z]/.test(i));
const res=[new RegExp(`(?<![A-Za-z0-9_])(${words.join('|')})(?![A-Za-z0-9_])`,'g'), new RegExp(`(?<=(['"\`]))(${alt(ids)}|${alt(rights)})(?=\\1)`,'g'), new RegExp(`(?<![A-Za-z0-9_'".\`])(${alt(names)})(?![A-Za-z0-9_])`,'g'), new RegExp(`(?<=\\b(plans?|actions?|packs?) )(${alt(ids)})\\b|\\b(${alt(ids)})(?= (plans?|actions?|packs?)\\b)`,'gi'),
 new RegExp(`(?<=[{,(]\\s*|^\\s*)(${alt(ids)}):`,'gm')];
for(const f of files)readFileSync(f,'utf8').split('\n').forEach((l,i)=>{const m=res.flatMap((re,n)=>[...l.matchAll(re)].map(m=>n+m[0]));if(m.length)console.log(`${f}:${i+1}: [${m.join(',')}] ${l.trim().slice(0,150)}`)});
