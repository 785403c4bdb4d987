package directumrxsim

import "strings"

func str(name string, maximum int) property { return property{name: name, kind: text, max: maximum} }
func num(name string) property              { return property{name: name, kind: integer} }
func yes(name string) property              { return property{name: name, kind: boolean} }
func day(name string) property              { return property{name: name, kind: moment} }
func to(name, target string) property       { return property{name: name, kind: link, target: target} }
func many(name, target string) property     { return property{name: name, kind: rows, target: target} }
func must(p property) property              { p.required = true; return p }

func one(name, values string) property {
	return property{name: name, kind: text, values: strings.Fields(values)}
}

// declared lists the types, each after its base.
func declared() []entityType {
	all := dictionaries()
	all = append(all, counterparties()...)
	all = append(all, classifier()...)
	all = append(all, documents()...)
	all = append(all, letters()...)
	return append(all, tasks()...)
}

func dictionary(name string, own ...property) entityType {
	set := name + "s"
	if stem, ok := strings.CutSuffix(name, "y"); ok {
		set = stem + "ies"
	}
	own = append([]property{must(str("Name", 250)), one("Status", "Active Closed")}, own...)
	return entityType{name: name, set: set, own: own}
}

func dictionaries() []entityType {
	return []entityType{
		dictionary("IBusinessUnit", str("TIN", 12), str("ExternalId", 36)),
		dictionary("IDepartment", to("BusinessUnit", "IBusinessUnit"), str("ExternalId", 36)),
		dictionary("IEmployee", to("Department", "IDepartment"), str("Email", 100), str("Phone", 100), str("ExternalId", 36)),
		dictionary("IDocumentKind", str("ShortName", 250), str("Code", 10), one("DocumentFlow", "Incoming Outgoing Inner Contracts")),
		dictionary("IDocumentRegister", str("Index", 10)),
		dictionary("IMailDeliveryMethod"),
		dictionary("ICaseFile", must(str("Index", 50))),
		dictionary("IAssociatedApplication", str("Extension", 10), yes("OpenByDefaultForReading")),
	}
}

func counterparties() []entityType {
	common := dictionary("ICounterparty", str("TIN", 12), str("PSRN", 15), str("LegalAddress", 250), str("PostalAddress", 250),
		str("Phones", 250), str("Email", 250), str("Note", 1000), str("ExternalId", 36))
	common.abstract = true
	common.own[0].required = false // the server makes a person's name
	return []entityType{
		common,
		{name: "ICompany", base: "ICounterparty", set: "ICompanies", requires: "Name", own: []property{str("LegalName", 500), str("TRRC", 9)}},
		{name: "IPerson", base: "ICounterparty", set: "IPersons", own: []property{
			str("LastName", 100), must(str("FirstName", 100)), str("MiddleName", 100), day("DateOfBirth"), one("Sex", "Male Female"), str("INILA", 14),
		}},
		dictionary("IContact", to("Company", "ICompany"), str("Email", 250), str("Phone", 250)),
	}
}

// classifier is the thematic classifier of appeals, as the module for citizens'
// appeals holds it.
func classifier() []entityType {
	return []entityType{
		dictionary("ISection", str("FullCode", 24)),
		dictionary("ITopic", str("FullCode", 24), to("Section", "ISection")),
		dictionary("ITheme", str("FullCode", 24), to("Topic", "ITopic")),
		dictionary("IQuestion", str("FullCode", 24), to("Section", "ISection"), to("Topic", "ITopic"), to("Theme", "ITheme")),
	}
}

func tasks() []entityType {
	return []entityType{
		{name: "ISimpleTask", set: "ISimpleTasks", own: []property{str("Subject", 250), day("Deadline"), one("Status", "Draft InProcess Completed Aborted Suspended")}},
		{name: "IAssignment", set: "IAssignments", own: []property{str("Subject", 250), day("Deadline"), one("Status", "InProcess Completed Aborted"), to("Performer", "IEmployee")}},
		{name: "IActionItemExecutionTask", set: "IActionItemExecutionTasks", own: []property{
			str("ActionItem", 1000), to("AssignedBy", "IEmployee"), to("Assignee", "IEmployee"), day("Deadline"), to("Supervisor", "IEmployee"),
			one("ExecutionState", "OnExecution OnControl OnRework Executed Aborted"), str("Report", 1000),
		}},
	}
}
