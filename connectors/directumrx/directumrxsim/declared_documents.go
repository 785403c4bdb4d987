package directumrxsim

// documents are the row types of documents and the types that others derive
// from.
func documents() []entityType {
	return []entityType{
		{name: "IElectronicDocumentVersion", own: []property{
			num("Number"), str("Note", 1000), day("Created"), day("Modified"), yes("IsHidden"), must(to("AssociatedApplication", "IAssociatedApplication")), {name: "Body", kind: binary},
		}},
		{name: "IElectronicDocument", set: "IElectronicDocuments", abstract: true, own: []property{
			str("Name", 250), day("Created"), day("Modified"), yes("HasVersions"), to("Author", "IEmployee"), many("Versions", "IElectronicDocumentVersion"),
		}},
		{name: "IOfficialDocument", base: "IElectronicDocument", set: "IOfficialDocuments", abstract: true, own: official()},
		{name: "ISimpleDocument", base: "IOfficialDocument", set: "ISimpleDocuments"},
	}
}

// official are the properties of an official document. ExternalId is the
// stand's own: see the package comment.
func official() []property {
	return []property{
		str("RegistrationNumber", 50), day("RegistrationDate"), to("DocumentRegister", "IDocumentRegister"), to("DeliveryMethod", "IMailDeliveryMethod"),
		to("CaseFile", "ICaseFile"), must(to("DocumentKind", "IDocumentKind")), to("BusinessUnit", "IBusinessUnit"), to("Department", "IDepartment"),
		str("Subject", 250), str("Note", 1000), to("OurSignatory", "IEmployee"), to("PreparedBy", "IEmployee"), to("Assignee", "IEmployee"),
		day("DocumentDate"), to("LeadingDocument", "IOfficialDocument"), str("ExternalId", 36),
		one("LifeCycleState", "Draft Active Obsolete"), one("RegistrationState", "Registered Reserved NotRegistered"),
		one("InternalApprovalState", "OnApproval OnRework PendingSign Signed Aborted"), one("ExternalApprovalState", "OnApproval Signed Unsigned"),
		one("ExecutionState", "OnReview Sending WithoutExecut OnExecution Executed Aborted"),
		one("ControlExecutionState", "OnControl SpecialControl WithoutControl ControlRemoved"),
		one("ExchangeState", "Received Sent Signed Rejected SignRequired Terminated Obsolete SignAwaited"),
	}
}

func letters() []entityType {
	incoming := []property{
		to("InResponseTo", "IOutgoingLetter"), day("Dated"), str("InNumber", 50), to("Addressee", "IEmployee"), yes("IsManyAddressees"), many("Addressees", "IAddressee"),
	}
	return []entityType{
		{name: "IAddressee", own: []property{num("Number"), to("Addressee", "IEmployee"), to("Department", "IDepartment")}},
		{name: "IOutgoingLetter", base: "IOfficialDocument", set: "IOutgoingLetters", own: []property{
			must(to("Correspondent", "ICounterparty")), to("InResponseTo", "IOfficialDocument"), to("Addressee", "IContact"),
		}},
		{name: "IIncomingLetter", base: "IOfficialDocument", set: "IIncomingLetters", own: append([]property{must(to("Correspondent", "ICounterparty"))}, incoming...)},
		{name: "IRequestQuestion", own: []property{
			must(to("Question", "IQuestion")), one("ReviewResult", reviewResults), day("ReviewDate"), str("Note", 1000),
		}},
		{name: "IRequestProlongation", own: []property{num("Number"), day("NewDeadline"), str("ReasonChangeDeadline", 1000)}},
		{name: "IRequest", base: "IOfficialDocument", set: "IRequests", own: append(request(), incoming...)},
	}
}

const reviewResults = "Draft Active InWorkExtended Supported NotSupported Explained ActionsTaken Transferred Denied Obsolete Outdated"

// request are the properties that the module for citizens' appeals adds.
func request() []property {
	return []property{
		to("Correspondent", "ICounterparty"), day("RequestDate"), day("Deadline"), day("InitialDeadline"), day("ResponseDate"), yes("IsRepeated"),
		str("RequestType", 50), str("ReceiptForm", 50), str("QuestionsNames", 0), str("FullName", 250), str("PostalAddress", 250), str("Email", 250),
		str("Phones", 250), str("PIN", 20), to("TransferredTo", "ICounterparty"), to("AnswerLetter", "IOutgoingLetter"),
		many("Questions", "IRequestQuestion"), many("ProlongationDeadline", "IRequestProlongation"),
	}
}
