// Goes through everything that the client `mautic-api` can do, and prints what it was told.
const Client = require('mautic-api')

const [baseUrl, username, password] = process.argv.slice(2)
const client = new Client({ baseUrl: `${baseUrl}/api`, auth: { username, password } })

async function walk () {
  const told = {}
  told.created = await client.contacts.create({ email: 'ada@site.example', firstname: 'Ada', tags: ['vip'] })
  const id = told.created.data.contact.id
  told.found = await client.contacts.list({ search: 'email:ada@site.example' })
  told.got = await client.contacts.get(id)
  told.edited = await client.contacts.edit(id, { lastname: 'Lovelace', tags: ['-vip', 'reader'] })
  told.put = await client.contacts.editOrCreate(id, { email: 'ada@site.example', city: 'London' })
  told.points = await client.contacts.addPoints(id, 5)
  told.fewer = await client.contacts.subtractPoints(id, 2, { eventname: 'Quiz', eventaction: 'lost' })
  const company = await client.companies.create({ companyname: 'Acme' })
  told.joined = await client.companies.addContact(company.data.company.id, id)
  told.companies = await client.contacts.getCompanies(id)
  told.left = await client.companies.removeContact(company.data.company.id, id)
  const segment = await client.segments.create({ name: 'Readers' })
  told.listed = await client.segments.addContact(segment.data.list.id, id)
  told.segments = await client.contacts.listSegments(id)
  told.unlisted = await client.segments.removeContact(segment.data.list.id, id)
  told.utm = await client.contacts.addUTMTags(id, { utm_campaign: 'spring' })
  told.noUtm = await client.contacts.removeUTMTags(id, told.utm.data.contact.utmtags[0].id)
  told.forbidden = await client.contacts.addDoNotContact(id, { reason: 1 })
  told.allowed = await client.contacts.removeDoNotContact(id, {})
  told.notes = await client.contacts.getNotes(id)
  told.activity = await client.contacts.getActivityEvents(id, { includeEvents: ['point.gained'] })
  const tag = await client.tags.create({ tag: 'made' })
  told.tag = await client.tags.get(tag.data.tag.id)
  told.tags = await client.tags.list()
  told.deleted = await client.contacts.delete(id)
  told.gone = await client.contacts.get(id)
  return told
}

walk().then(
  (told) => console.log(JSON.stringify(told)),
  (error) => { console.error(error); process.exit(1) }
)
