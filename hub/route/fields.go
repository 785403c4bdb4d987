package route

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/appealhub/appealhub/sdk"
)

// root is the one variable of a condition.
const root = "appeal."

// organisation is the field that the hub fills in.
const organisation = root + "organisation"

// field is what a condition may ask of an appeal.
type field struct {
	name string // without the root
	kind *cel.Type
	get  func(a *sdk.Appeal) ref.Val
}

func text(name string, get func(a *sdk.Appeal) string) field {
	return field{name, cel.StringType, func(a *sdk.Appeal) ref.Val { return types.String(get(a)) }}
}

func flag(name string, get func(a *sdk.Appeal) bool) field {
	return field{name, cel.BoolType, func(a *sdk.Appeal) ref.Val { return types.Bool(get(a)) }}
}

func count(name string, get func(a *sdk.Appeal) int) field {
	return field{name, cel.IntType, func(a *sdk.Appeal) ref.Val { return types.Int(get(a)) }}
}

// rows is a list of maps of text to text.
func rows[T any](name string, all func(a *sdk.Appeal) []T, row func(T) map[string]string) field {
	return field{name, cel.ListType(cel.MapType(cel.StringType, cel.StringType)), func(a *sdk.Appeal) ref.Val {
		list := all(a)
		out := make([]ref.Val, len(list))
		for i, v := range list {
			out[i] = types.NewStringStringMap(types.DefaultTypeAdapter, row(v))
		}
		return types.NewRefValList(types.DefaultTypeAdapter, out)
	}}
}

// fields lists what conditions may ask; no personal data is among it.
func fields() []field {
	return []field{
		text("kind", func(a *sdk.Appeal) string { return string(a.Kind) }),
		text("channel", func(a *sdk.Appeal) string { return string(a.Channel) }),
		text("organisation", nil), // the activation has it
		text("addressee.code", func(a *sdk.Appeal) string { return a.Addressee.Code }),
		text("addressee.inn", func(a *sdk.Appeal) string { return a.Addressee.INN }),
		text("addressee.name", func(a *sdk.Appeal) string { return a.Addressee.Name }),
		text("category.id", func(a *sdk.Appeal) string { return a.Category.ID }),
		text("category.name", func(a *sdk.Appeal) string { return a.Category.Name }),
		text("subcategory.id", func(a *sdk.Appeal) string { return a.Subcategory.ID }),
		text("subcategory.name", func(a *sdk.Appeal) string { return a.Subcategory.Name }),
		text("fact.id", func(a *sdk.Appeal) string { return a.Fact.ID }),
		text("fact.name", func(a *sdk.Appeal) string { return a.Fact.Name }),
		text("classifier", func(a *sdk.Appeal) string { return a.Classifier }),
		flag("collective", func(a *sdk.Appeal) bool { return a.Collective }),
		flag("confidential", func(a *sdk.Appeal) bool { return a.Confidential }),
		flag("fast_track", func(a *sdk.Appeal) bool { return a.FastTrack }),
		count("rework.round", func(a *sdk.Appeal) int { return a.Rework.Round }),
		text("place.region", func(a *sdk.Appeal) string { return a.Place.Region }),
		text("place.region_fias", func(a *sdk.Appeal) string { return a.Place.RegionFIAS }),
		text("place.fias", func(a *sdk.Appeal) string { return a.Place.FIAS }),
		text("place.okato", func(a *sdk.Appeal) string { return a.Place.OKATO }),
		text("place.oktmo", func(a *sdk.Appeal) string { return a.Place.OKTMO }),
		rows("numbers", func(a *sdk.Appeal) []sdk.Number { return a.Numbers }, func(n sdk.Number) map[string]string {
			return map[string]string{"system": string(n.System), "link": n.Link, "value": n.Value, "date": n.Date.String()}
		}),
		rows("attachments", func(a *sdk.Appeal) []sdk.Attachment { return a.Attachments }, func(f sdk.Attachment) map[string]string {
			return map[string]string{"media_type": f.MediaType}
		}),
	}
}

// Fields lists the names that a condition may use, in a fixed order.
func Fields() []string {
	all := fields()
	out := make([]string, len(all))
	for i, f := range all {
		out[i] = root + f.name
	}
	return out
}

// activation shows an appeal to a condition.
type activation struct {
	fields       map[string]field // by full name
	organisation string
	appeal       *sdk.Appeal
}

// ResolveName returns the value of a variable by its full name.
func (v activation) ResolveName(name string) (any, bool) {
	f, ok := v.fields[name]
	switch {
	case !ok:
		return nil, false
	case name == organisation:
		return types.String(v.organisation), true
	}
	return f.get(v.appeal), true
}

// Parent returns nil: there is one scope.
func (activation) Parent() cel.Activation { return nil }
