package directumrxsim

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/appealhub/appealhub/connectors/internal/simkit"
)

// namespace of the types in $metadata; a real stand has one a module.
const namespace = "Sungero.IntegrationService."

func (p *property) edm() string {
	switch {
	case p.name == "Id":
		return "Edm.Int64"
	case p.kind == link:
		return namespace + p.target
	case p.kind == rows:
		return "Collection(" + namespace + p.target + ")"
	}
	return map[kind]string{text: "Edm.String", integer: "Edm.Int32", boolean: "Edm.Boolean", moment: "Edm.DateTimeOffset", binary: "Edm.Stream"}[p.kind]
}

// describe serves the service document and $metadata.
func (s *Sim) describe(w http.ResponseWriter, r *http.Request, metadata bool) error {
	return allow(w, r, map[string]func() error{"GET": func() error {
		w.Header().Set("OData-Version", "4.0")
		if metadata {
			w.Header().Set("Content-Type", "application/xml")
			_, _ = w.Write([]byte(s.schema.csdl())) // a client that left is no failure of the stand's
			return nil
		}
		sets := []map[string]string{}
		for _, t := range s.schema.types {
			if t.set != "" {
				sets = append(sets, map[string]string{"name": t.set, "kind": "EntitySet", "url": t.set})
			}
		}
		simkit.WriteJSON(w, http.StatusOK, map[string]any{"@odata.context": root + "/$metadata", "value": sets})
		return nil
	}})
}

// csdl is the schema as XML; no name in it needs escaping.
func (s *schema) csdl() string {
	var out, sets strings.Builder
	out.WriteString(`<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>`)
	fmt.Fprintf(&out, `<Schema Namespace="%s" xmlns="http://docs.oasis-open.org/odata/ns/edm">`, strings.TrimSuffix(namespace, "."))
	for _, t := range s.types {
		t.write(&out)
		if t.set != "" {
			fmt.Fprintf(&sets, `<EntitySet Name="%s" EntityType="%s%s"/>`, t.set, namespace, t.name)
		}
	}
	fmt.Fprintf(&out, `<EntityContainer Name="Container">%s</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`, sets.String())
	return out.String()
}

func (t *entityType) write(out *strings.Builder) {
	fmt.Fprintf(out, `<EntityType Name="%s"`, t.name)
	if t.base != "" {
		fmt.Fprintf(out, ` BaseType="%s%s"`, namespace, t.base)
	}
	if t.abstract {
		out.WriteString(` Abstract="true"`)
	}
	out.WriteString(">")
	if t.base == "" {
		out.WriteString(`<Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.Int64" Nullable="false"/>`)
	}
	for _, p := range t.own {
		element := "Property"
		if p.kind == link || p.kind == rows {
			element = "NavigationProperty"
		}
		fmt.Fprintf(out, `<%s Name="%s" Type="%s"`, element, p.name, p.edm())
		if p.max > 0 {
			fmt.Fprintf(out, ` MaxLength="%d"`, p.max)
		}
		if p.required {
			out.WriteString(` Nullable="false"`)
		}
		out.WriteString("/>")
	}
	out.WriteString("</EntityType>")
}
