// What Skein needs of Azure Cosmos DB for NoSQL: an account, its database and containers, and the right to use them.
//
//   az deployment group create --resource-group <group> --template-file infra/main.bicep \
//     --parameters accountName=<name> principalIds='["<object id of the identity that Skein runs as>"]'
//
// The containers are as src/storage/cosmos/containers.ts wants them (a test compares the two); Skein compares them again
// at every start. Data-plane roles cannot create containers, so Skein never does.

@description('Name of the Cosmos DB account: 3 to 44 characters, lower-case letters, digits and hyphens, unique in the world.')
@minLength(3)
@maxLength(44)
param accountName string

@description('Region that takes the writes.')
param location string = resourceGroup().location

@description('A second region to read from, and to fail over to. Not with serverless capacity, which has one region.')
param secondaryLocation string = ''

@description('Serverless: pay by the request, for a start and for small loads. Autoscale: throughput up to a limit.')
@allowed([
  'serverless'
  'autoscale'
])
param capacity string = 'serverless'

@description('The most request units a second of each container, with autoscale capacity. A tenth of it is always paid for.')
@minValue(1000)
param maxThroughput int = 4000

@description('Name of the database: COSMOS_DATABASE.')
param databaseName string = 'skein'

@description('Dimensions of the embedder\'s vectors. Fixed for the life of the container; shorter vectors fit, longer ones do not: choose what the longest model may need.')
@minValue(1)
@maxValue(4096)
param embeddingDimensions int = 512

@description('Object ids of the identities that Skein runs as: they may read and write items, and nothing else.')
param principalIds array = []

@description('Whether keys are refused, so that only identities get in.')
param disableKeys bool = true

var isServerless = capacity == 'serverless'
var hasSecondary = !isServerless && !empty(secondaryLocation)
var throughput = isServerless ? {} : { autoscaleSettings: { maxThroughput: maxThroughput } }
var regions = concat([location], hasSecondary ? [secondaryLocation] : [])

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-04-15' = {
  name: accountName
  location: location
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    // One region takes the writes: an append is guarded by an ETag, which guards nothing across two.
    enableMultipleWriteLocations: false
    enableAutomaticFailover: hasSecondary
    disableLocalAuth: disableKeys
    minimalTlsVersion: 'Tls12'
    consistencyPolicy: {
      defaultConsistencyLevel: 'Session'
    }
    locations: [
      for (region, priority) in regions: {
        locationName: region
        failoverPriority: priority
      }
    ]
    capabilities: concat(
      [
        { name: 'EnableNoSQLVectorSearch' }
        { name: 'EnableNoSQLFullTextSearch' }
      ],
      isServerless ? [{ name: 'EnableServerless' }] : []
    )
    backupPolicy: {
      type: 'Continuous'
      continuousModeProperties: {
        tier: 'Continuous7Days'
      }
    }
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-04-15' = {
  parent: account
  name: databaseName
  properties: {
    resource: {
      id: databaseName
    }
  }
}

resource threads 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-11-01-preview' = {
  parent: database
  name: 'threads'
  properties: {
    resource: {
      id: 'threads'
      partitionKey: {
        paths: [
          '/tenantId'
          '/ownerId'
          '/threadId'
        ]
        kind: 'MultiHash'
        version: 2
      }
      defaultTtl: -1
      indexingPolicy: {
        indexingMode: 'consistent'
        automatic: true
        includedPaths: [
          {
            path: '/kind/?'
          }
          {
            path: '/tenantId/?'
          }
          {
            path: '/ownerId/?'
          }
          {
            path: '/threadId/?'
          }
          {
            path: '/messageId/?'
          }
          {
            path: '/seq/?'
          }
          {
            path: '/back/?'
          }
          {
            path: '/role/?'
          }
          {
            path: '/author/?'
          }
          {
            path: '/model/?'
          }
          {
            path: '/status/?'
          }
          {
            path: '/agent/?'
          }
          {
            path: '/searched/?'
          }
          {
            path: '/createdAt/?'
          }
          {
            path: '/updatedAt/?'
          }
          {
            path: '/activeAt/?'
          }
          {
            path: '/lastMessageAt/?'
          }
          {
            path: '/expiresAt/?'
          }
          {
            path: '/waitingSince/?'
          }
          {
            path: '/vectorModel/?'
          }
          {
            path: '/builtFor/?'
          }
          {
            path: '/afterwards/?'
          }
          {
            path: '/headVersion/?'
          }
          {
            path: '/spread/?'
          }
          {
            path: '/use/[]/day/?'
          }
          {
            path: '/pending/[]/day/?'
          }
          {
            path: '/due/lines/[]/day/?'
          }
          {
            path: '/metadata/[]/?'
          }
          {
            path: '/threadMetadata/[]/?'
          }
        ]
        excludedPaths: [
          {
            path: '/*'
          }
          {
            path: '/embedding/*'
          }
        ]
        compositeIndexes: [
          [
            {
              path: '/tenantId'
              order: 'ascending'
            }
            {
              path: '/activeAt'
              order: 'ascending'
            }
            {
              path: '/threadId'
              order: 'ascending'
            }
          ]
          [
            {
              path: '/tenantId'
              order: 'ascending'
            }
            {
              path: '/createdAt'
              order: 'ascending'
            }
            {
              path: '/threadId'
              order: 'ascending'
            }
          ]
          [
            {
              path: '/tenantId'
              order: 'ascending'
            }
            {
              path: '/updatedAt'
              order: 'ascending'
            }
            {
              path: '/threadId'
              order: 'ascending'
            }
          ]
          [
            {
              path: '/tenantId'
              order: 'ascending'
            }
            {
              path: '/ownerId'
              order: 'ascending'
            }
            {
              path: '/activeAt'
              order: 'ascending'
            }
            {
              path: '/threadId'
              order: 'ascending'
            }
          ]
          [
            {
              path: '/tenantId'
              order: 'ascending'
            }
            {
              path: '/ownerId'
              order: 'ascending'
            }
            {
              path: '/createdAt'
              order: 'ascending'
            }
            {
              path: '/threadId'
              order: 'ascending'
            }
          ]
          [
            {
              path: '/tenantId'
              order: 'ascending'
            }
            {
              path: '/ownerId'
              order: 'ascending'
            }
            {
              path: '/updatedAt'
              order: 'ascending'
            }
            {
              path: '/threadId'
              order: 'ascending'
            }
          ]
          [
            {
              path: '/waitingSince'
              order: 'ascending'
            }
            {
              path: '/seq'
              order: 'ascending'
            }
          ]
        ]
        vectorIndexes: [
          {
            path: '/embedding'
            type: 'diskANN'
            vectorIndexShardKey: [
              '/tenantId'
            ]
          }
        ]
        fullTextIndexes: [
          {
            path: '/words'
          }
          {
            path: '/around'
          }
        ]
      }
      vectorEmbeddingPolicy: {
        vectorEmbeddings: [
          {
            path: '/embedding'
            dataType: 'int8'
            dimensions: embeddingDimensions
            distanceFunction: 'cosine'
          }
        ]
      }
      fullTextPolicy: {
        defaultLanguage: 'en-US'
        fullTextPaths: [
          {
            path: '/words'
            language: 'en-US'
          }
          {
            path: '/around'
            language: 'en-US'
          }
        ]
      }
    }
    options: throughput
  }
}

resource ledger 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-11-01-preview' = {
  parent: database
  name: 'ledger'
  properties: {
    resource: {
      id: 'ledger'
      partitionKey: {
        paths: [
          '/tenantId'
          '/day'
        ]
        kind: 'MultiHash'
        version: 2
      }
      indexingPolicy: {
        indexingMode: 'consistent'
        automatic: true
        includedPaths: [
          {
            path: '/tenantId/?'
          }
          {
            path: '/day/?'
          }
          {
            path: '/ownerId/?'
          }
        ]
        excludedPaths: [
          {
            path: '/*'
          }
        ]
      }
    }
    options: throughput
  }
}

// Cosmos DB Built-in Data Contributor: items, and what the account and its containers are like.
resource access 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-04-15' = [
  for principalId in principalIds: {
    parent: account
    name: guid(account.id, principalId, 'data-contributor')
    properties: {
      principalId: principalId
      roleDefinitionId: '${account.id}/sqlRoleDefinitions/00000000-0000-0000-0000-000000000002'
      scope: account.id
    }
  }
]

@description('For COSMOS_ENDPOINT.')
output endpoint string = account.properties.documentEndpoint

@description('For COSMOS_DATABASE.')
output database string = database.name

@description('For COSMOS_REGIONS, the nearest first.')
output regions array = regions
