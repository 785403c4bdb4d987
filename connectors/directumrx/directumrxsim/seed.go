package directumrxsim

// seed fills the dictionaries. The ids are counted from 1 in the order in which
// the entries stand here; the people in them are made up.
func (s *Sim) seed() {
	add := func(set string, all ...map[string]any) {
		for _, values := range all {
			s.make(s.schema.sets[set], values)
		}
	}
	named := func(names ...string) (out []map[string]any) {
		for _, name := range names {
			out = append(out, map[string]any{"Name": name})
		}
		return out
	}
	add("IBusinessUnits", map[string]any{"Name": "Администрация города", "TIN": "7700000001"}, map[string]any{"Name": "Управление ЖКХ", "TIN": "7700000002"})
	add("IDepartments", named("Отдел по работе с обращениями граждан", "Отдел эксплуатации")...)
	add("IEmployees", named("Исполнитель Анна Тестовна", "Исполнитель Борис Тестович", "Руководитель Вера Тестовна")...)
	for _, kind := range [][2]string{{"Обращение гражданина", "Incoming"}, {"Входящее письмо", "Incoming"}, {"Исходящее письмо", "Outgoing"}, {"Простой документ", "Inner"}} {
		add("IDocumentKinds", map[string]any{"Name": kind[0], "ShortName": kind[0], "DocumentFlow": kind[1]})
	}
	add("IDocumentRegisters", map[string]any{"Name": "Обращения граждан", "Index": "ОГ"}, map[string]any{"Name": "Исходящие письма", "Index": "ИСХ"}, map[string]any{"Name": "Входящие письма", "Index": "ВХ"})
	add("IMailDeliveryMethods", named("Почта", "E-mail", "Лично", "ПОС")...)
	add("ICaseFiles", map[string]any{"Name": "Обращения граждан", "Index": "01-15"})
	add("ICompanies", named("Министерство строительства", "Государственная жилищная инспекция")...)
	for _, extension := range []string{"txt", "pdf", "doc", "docx", "rtf", "odt", "xls", "xlsx", "ppt", "pptx", "jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "zip", "rar", "7z", "xml", "html", "htm", "csv", "json", "mp3", "mp4", "avi", "mov", "heic", "sig", "p7s", "eml", "bin"} {
		add("IAssociatedApplications", map[string]any{"Name": "Приложение " + extension, "Extension": extension, "OpenByDefaultForReading": false})
	}
	s.seedClassifier(add)
}

// seedClassifier fills the part of the thematic classifier whose names are
// known.
func (s *Sim) seedClassifier(add func(string, ...map[string]any)) {
	add("ISections", map[string]any{"Name": "Экономика", "FullCode": "0003.0000.0000.0000"}, map[string]any{"Name": "Жилищно-коммунальная сфера", "FullCode": "0005.0000.0000.0000"})
	housing := s.find(s.schema.sets["ISections"], 2)
	add("ITopics", map[string]any{"Name": "Жилище", "FullCode": "0005.0005.0000.0000", "Section": housing})
	topic := s.find(s.schema.sets["ITopics"], 1)
	add("IThemes", map[string]any{"Name": "Коммунальное хозяйство", "FullCode": "0005.0005.0056.0000", "Topic": topic})
	theme := s.find(s.schema.sets["IThemes"], 1)
	for _, q := range [][2]string{
		{"0005.0005.0056.1160", "Обращение с твёрдыми коммунальными отходами"}, {"0005.0005.0056.1149", "Оплата жилищно-коммунальных услуг"},
		{"0005.0005.0056.1156", "Перебои в теплоснабжении"}, {"0005.0005.0056.1162", "Управляющие организации"},
	} {
		add("IQuestions", map[string]any{"FullCode": q[0], "Name": q[1], "Section": housing, "Topic": topic, "Theme": theme})
	}
	for _, q := range [][2]string{
		{"0005.0005.0055.1130", "Капитальный ремонт общего имущества"}, {"0003.0009.0099.0742", "Строительство и ремонт дорог"}, {"0003.0009.0099.0742.0110", "Ремонт автомобильных дорог"},
		{"0001.0002.0027.0122", "Неполучение ответа на обращение"}, {"0001.0002.0027.0124", "Обжалование действий должностных лиц"},
		{"0002.0014.0143.0416", "Качество оказания медицинской помощи взрослым"}, {"0002.0007.0074.0300", "Льготы инвалидам"}, {"0003.0008.0086.0567", "Дороги"}, {"0003.0008.0086.0570", "Освещение улиц"},
	} {
		add("IQuestions", map[string]any{"FullCode": q[0], "Name": q[1]})
	}
}
