import Testing

@testable import GraphNotifications

@Suite struct ChangeTypesTests {
    @Test(arguments: [
        ("created", "created"), ("deleted, Created ,updated", "created,updated,deleted"), ("updated,updated", "updated"),
    ])
    func reads(text: String, written: String) {
        #expect(ChangeTypes(text)?.description == written)
    }

    @Test(arguments: ["", ",", "created,", "creatd", "unknownFutureValue", "created;updated"])
    func refuses(text: String) {
        #expect(ChangeTypes(text) == nil)
    }
}
