import Testing

@testable import GraphNotifications

@Suite struct GraphCloudTests {
    @Test(arguments: [
        (GraphCloud.global, "https://graph.microsoft.com/v1.0", "https://graph.microsoft.com/.default"),
        (.usGovernment, "https://graph.microsoft.us/v1.0", "https://graph.microsoft.us/.default"),
        (.usGovernmentDoD, "https://dod-graph.microsoft.us/v1.0", "https://dod-graph.microsoft.us/.default"),
        (.china, "https://microsoftgraph.chinacloudapi.cn/v1.0", "https://microsoftgraph.chinacloudapi.cn/.default"),
    ])
    func addresses(cloud: GraphCloud, baseURL: String, scope: String) {
        #expect(cloud.baseURL == baseURL && cloud.defaultScope == scope)
        #expect(WebOrigin(cloud.authority)?.isConfidential == true && !cloud.authority.hasSuffix("/"))
    }

    @Test func byName() {
        #expect(GraphCloud(named: "Global") == .global && GraphCloud(named: "usGovernmentDoD") == .usGovernmentDoD)
        #expect(GraphCloud(named: "china") == .china && GraphCloud(named: "mars") == nil)
    }

    @Test func aVersionBehindTheAddressDoesNotCount() {
        let cloud = GraphCloud(authority: "https://login.test/", graph: "http://127.0.0.1:8081/v1.0")
        #expect(cloud.authority == "https://login.test" && cloud.graph == "http://127.0.0.1:8081")
        #expect(cloud.defaultScope == "http://127.0.0.1:8081/.default")
    }
}
