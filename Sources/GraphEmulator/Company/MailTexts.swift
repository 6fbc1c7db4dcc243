/// What people write to each other at Contoso.
enum MailTexts {
    /// Those who write from outside.
    static let outsiders = [
        MailAddress(name: "Mira Lindqvist", address: "mira.lindqvist@northwind.example"),
        MailAddress(name: "Tomás Ferreira", address: "tomas@fabrikam.example"),
        MailAddress(name: "Grace Adeyemi", address: "grace.adeyemi@woodgrove.example"),
        MailAddress(name: "Kenji Watanabe", address: "k.watanabe@tailspin.example"),
        MailAddress(name: "Fourth Coffee Billing", address: "billing@fourthcoffee.example"),
    ]

    private static let letters: [(subject: String, text: String)] = [
        (
            "Quote for # desk lamps",
            "Hello, could you send us a quote for # desk lamps, delivered to Malmö by the end of the month?"
        ),
        ("Order # has arrived", "Everything of order # is here and nothing is broken. Thank you for being so quick."),
        ("Invoice #", "Please find the details of invoice # below. It is due within 30 days."),
        ("Re: Delivery date for order #", "Thursday suits us better than Friday. Please ring twice, the bell is weak."),
        ("Complaint about order #", "Two of the boxes from order # were wet. I have photographs if you need them."),
        ("Meeting on Thursday", "Can we move it to half past two? The room with the round table is free then."),
        ("New price list", "The price list for the coming quarter is ready. The changes are marked."),
        ("Lunch?", "The new place across the bridge, at noon? They have the soup again."),
        ("Contract # is signed", "Both sides have signed contract #. The original is in the blue folder."),
        ("Question about article #", "Does article # come in green as well? Our customer insists."),
        ("Stocktaking in aisle #", "Please count your shelf before ten. The lists are at the door."),
        ("Thank you", "The visitors were impressed, above all by the archive. Thank you for showing them around."),
    ]

    /// A subject and a text.
    static func letter(using random: inout EmulatorRandom) -> (subject: String, text: String) {
        let letter = Self.letters[Int.random(in: 0..<Self.letters.count, using: &random)]
        let number = String(Int.random(in: 12...28, using: &random))
        return (letter.subject.filled(with: number), letter.text.filled(with: number))
    }
}

extension String {
    fileprivate func filled(with number: String) -> String {
        self.split(separator: "#", omittingEmptySubsequences: false).joined(separator: number)
    }
}
