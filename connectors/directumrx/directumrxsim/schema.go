package directumrxsim

// kind is the form of a property's value.
type kind int

const (
	text    kind = iota // Edm.String
	integer             // Edm.Int32, and Edm.Int64 for Id
	boolean             // Edm.Boolean
	moment              // Edm.DateTimeOffset
	link                // navigation to one entity
	rows                // a collection that belongs to the entity
	binary              // a body, read and written on its own
)

// property is one declared property of a type.
type property struct {
	name     string
	kind     kind
	max      int      // of a text, in characters; 0: no limit
	values   []string // of an enumeration, which goes over the wire as text
	target   string   // type of a link or of rows
	required bool
}

// entityType is a type with its entity set; a row type has none.
type entityType struct {
	name     string
	base     string
	set      string
	abstract bool // entities of it are made as one of the types below it
	own      []property
	requires string // a property of the base that is required here

	order  []property // own and inherited, base first
	byName map[string]*property
	root   string // the type that gives out the ids
	ups    map[string]bool
}

func (t *entityType) is(name string) bool { return t.ups[name] }

// schema is what the stand declares in its $metadata.
type schema struct {
	types []*entityType
	by    map[string]*entityType
	sets  map[string]*entityType
}

func newSchema() *schema {
	s := &schema{by: map[string]*entityType{}, sets: map[string]*entityType{}}
	for _, t := range declared() {
		s.add(&t)
	}
	return s
}

// add completes a type whose base has been added.
func (s *schema) add(t *entityType) {
	t.root, t.ups, t.byName = t.name, map[string]bool{t.name: true}, map[string]*property{}
	t.order = []property{{name: "Id", kind: integer}}
	if base := s.by[t.base]; base != nil {
		t.root, t.order = base.root, append([]property{}, base.order...)
		for up := range base.ups {
			t.ups[up] = true
		}
	}
	t.order = append(t.order, t.own...)
	for i := range t.order {
		t.order[i].required = t.order[i].required || t.order[i].name == t.requires
		t.byName[t.order[i].name] = &t.order[i]
	}
	s.types = append(s.types, t)
	s.by[t.name] = t
	if t.set != "" {
		s.sets[t.set] = t
	}
}
